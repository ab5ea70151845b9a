using Microsoft.Extensions.Options;
using PixelCraft.Jobs;

namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// The job queue in the memory of this process, for one process alone. What it holds is gone with the process; the
/// sweeps make it anew. Bounded by <see cref="JobQueueOptions.Capacity"/> and <see cref="JobQueueOptions.DeadLetters"/>.
/// </summary>
internal sealed class InProcessJobQueue(IOptions<JobQueueOptions> options, TimeProvider time) : IJobQueue
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Job, Entry> _jobs = [];
    private readonly Queue<Entry> _due = new();
    private readonly PriorityQueue<Entry, (long Due, long Number)> _delayed = new();
    private readonly HashSet<Entry> _taken = [];
    private readonly Queue<DeadJob> _dead = new();
    private readonly Pulse _changed = new();
    private readonly long _started = time.GetTimestamp();
    private long _number;

    /// <summary>Ticks since the start, by the clock that is never set.</summary>
    private long Now => time.GetElapsedTime(_started).Ticks;

    private TimeSpan LeaseTime => options.Value.LeaseTime;

    public Task<EnqueueOutcome> EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_jobs.ContainsKey(job))
                return Task.FromResult(EnqueueOutcome.AlreadyQueued);
            if (_jobs.Count - _taken.Count >= options.Value.Capacity)
                return Task.FromResult(EnqueueOutcome.Full);
            var entry = new Entry(job);
            _jobs.Add(job, entry);
            Put(entry, delay);
        }

        return Task.FromResult(EnqueueOutcome.Queued);
    }

    public async Task<IJobLease?> TakeAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        var deadline = Now + wait.Ticks;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = _changed.Next;
            long next;
            lock (_lock)
            {
                if (TakeNext() is { } lease)
                    return lease;
                next = NextChange();
            }

            if (deadline <= Now)
                return null;

            // Timers count whole milliseconds: rounded down it would come too early and turn round for nothing.
            var milliseconds = Math.Ceiling(new TimeSpan(Math.Min(deadline, next) - Now).TotalMilliseconds);
            await changed.WaitAsync(TimeSpan.FromMilliseconds(Math.Max(1, milliseconds)), time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task<QueueDepth> DepthAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Promote();
            return Task.FromResult(new QueueDepth(_due.Count, _delayed.Count, _taken.Count, _dead.Count));
        }
    }

    public Task<IReadOnlyList<DeadJob>> DeadAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        lock (_lock)
            return Task.FromResult<IReadOnlyList<DeadJob>>([.. _dead.Reverse().Take(limit)]);
    }

    private Lease? TakeNext()
    {
        Promote();
        var now = Now;

        // One whose lease ran out is older than all that wait. Few are taken: as many as workers run.
        var entry = _taken.Where(taken => taken.Until <= now).MinBy(taken => taken.Number);
        if (entry is null && !_due.TryDequeue(out entry))
            return null;
        _taken.Add(entry);
        entry.Until = now + LeaseTime.Ticks;
        return entry.Holder = new Lease(this, entry);
    }

    /// <summary>When the next delayed job is due or the next lease runs out.</summary>
    private long NextChange()
    {
        var next = _delayed.TryPeek(out _, out var first) ? first.Due : long.MaxValue;
        return _taken.Count > 0 ? Math.Min(next, _taken.Min(taken => taken.Until)) : next;
    }

    private void Promote()
    {
        while (_delayed.TryPeek(out var entry, out var at) && at.Due <= Now)
        {
            _delayed.Dequeue();
            _due.Enqueue(entry);
        }
    }

    private void Put(Entry entry, TimeSpan delay)
    {
        entry.Number = ++_number;
        if (delay > TimeSpan.Zero)
            _delayed.Enqueue(entry, (Now + delay.Ticks, entry.Number));
        else
            _due.Enqueue(entry);
        _changed.Beat();
    }

    /// <summary>Does something to a job that this lease still holds; false, and nothing done, when it doesn't.</summary>
    private Task<bool> IfHeld(Lease lease, bool ends, Action<Entry> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var entry = lease.Entry;
            if (entry.Holder != lease)
                return Task.FromResult(false);
            if (ends)
            {
                entry.Holder = null;
                _taken.Remove(entry);
            }

            change(entry);
            return Task.FromResult(true);
        }
    }

    private void Bury(Entry entry, string reason)
    {
        _jobs.Remove(entry.Job);
        while (_dead.Count >= options.Value.DeadLetters)
            _dead.Dequeue();
        _dead.Enqueue(new DeadJob(entry.Job, entry.Faults + 1, reason, time.GetUtcNow()));
    }

    private sealed class Entry(Job job)
    {
        public Job Job { get; } = job;

        /// <summary>Its place in the order in which jobs were put.</summary>
        public long Number { get; set; }

        public int Faults { get; set; }

        public Lease? Holder { get; set; }

        /// <summary>When the lease runs out, in ticks since the start.</summary>
        public long Until { get; set; }
    }

    private sealed class Lease(InProcessJobQueue queue, Entry entry) : IJobLease
    {
        public Entry Entry { get; } = entry;

        public Job Job { get; } = entry.Job;

        public int Faults { get; } = entry.Faults;

        public Task<bool> RenewAsync(CancellationToken cancellationToken) => queue.IfHeld(
            this, ends: false, held => held.Until = queue.Now + queue.LeaseTime.Ticks, cancellationToken);

        public Task<bool> CompleteAsync(CancellationToken cancellationToken) => queue.IfHeld(
            this, ends: true, held => queue._jobs.Remove(held.Job), cancellationToken);

        public Task<bool> RetryAsync(TimeSpan delay, bool fault, CancellationToken cancellationToken)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
            return queue.IfHeld(
                this,
                ends: true,
                held =>
                {
                    held.Faults += fault ? 1 : 0;
                    queue.Put(held, delay);
                },
                cancellationToken);
        }

        public Task<bool> BuryAsync(string reason, CancellationToken cancellationToken) => queue.IfHeld(
            this, ends: true, held => queue.Bury(held, reason), cancellationToken);
    }
}
