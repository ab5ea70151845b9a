using System.Globalization;
using Microsoft.Extensions.Options;
using PixelCraft.Jobs;

namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// The job queue in the memory of this process, for one process alone. What it holds is gone with the process; the
/// sweeps make it anew. Bounded by <see cref="JobQueueOptions.Capacity"/> and <see cref="JobQueueOptions.DeadLetters"/>.
/// </summary>
internal sealed class InProcessJobQueue(IOptions<JobQueueOptions> options, TimeProvider time) : IJobQueue, IDeadLetters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Job, Entry> _jobs = [];
    private readonly JobLanes<Entry> _due = new();
    private readonly PriorityQueue<Entry, (long Due, long Number)> _delayed = new();
    private readonly HashSet<Entry> _taken = [];
    private readonly LinkedList<DeadJob> _dead = new();
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
            return Task.FromResult(Enqueue(job, delay));
    }

    public async Task<IReadOnlyList<IJobLease>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        var deadline = Now + wait.Ticks;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = _changed.Next;
            long next;
            lock (_lock)
            {
                if (Take(most) is { Count: > 0 } leases)
                    return leases;
                next = NextChange();
            }

            if (deadline <= Now)
                return [];

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

    public Task<IReadOnlyList<DueJobs>> DueAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Promote();
            return Task.FromResult<IReadOnlyList<DueJobs>>([.. _due.Lanes.GroupBy(lane => lane.Kind).Select(lanes => new DueJobs(
                lanes.Key, lanes.Sum(lane => lane.Count), new TimeSpan(Now - lanes.Min(lane => lane.Oldest.DueAt))))]);
        }
    }

    public Task<IReadOnlyList<DeadJob>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        // Ids are numbers that grow.
        var below = after is null ? long.MaxValue : long.TryParse(after, CultureInfo.InvariantCulture, out var number) ? number : long.MinValue;
        lock (_lock)
            return Task.FromResult<IReadOnlyList<DeadJob>>([.. _dead.Where(letter => NumberOf(letter) < below).Take(limit)]);
    }

    public Task<ReplayOutcome> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (FindDead(id) is not { } letter)
                return Task.FromResult(ReplayOutcome.Missing);
            if (Enqueue(letter.Job, TimeSpan.Zero) is EnqueueOutcome.Full)
                return Task.FromResult(ReplayOutcome.Full);
            _dead.Remove(letter);
            return Task.FromResult(ReplayOutcome.Replayed);
        }
    }

    public Task<bool> DropAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return Task.FromResult(FindDead(id) is { } letter && _dead.Remove(letter));
    }

    private static long NumberOf(DeadJob letter) => long.Parse(letter.Id, CultureInfo.InvariantCulture);

    private DeadJob? FindDead(string id) => _dead.FirstOrDefault(letter => letter.Id == id);

    private EnqueueOutcome Enqueue(Job job, TimeSpan delay)
    {
        if (_jobs.ContainsKey(job))
            return EnqueueOutcome.AlreadyQueued;
        if (_jobs.Count - _taken.Count >= options.Value.Capacity)
            return EnqueueOutcome.Full;
        var entry = new Entry(job);
        _jobs.Add(job, entry);
        Put(entry, delay);
        return EnqueueOutcome.Queued;
    }

    private List<Lease> Take(int most)
    {
        Promote();
        var now = Now;

        // Those whose lease ran out are older than all that wait. Few are taken: as many as workers run.
        List<Entry> entries = [.. _taken.Where(taken => taken.Until <= now).OrderBy(taken => taken.Number).Take(most)];
        if (entries.Count < most)
            entries.AddRange(_due.Take(most - entries.Count));
        foreach (var entry in entries)
        {
            _taken.Add(entry);
            entry.Until = now + LeaseTime.Ticks;
            entry.Holder = new Lease(this, entry);
        }

        return [.. entries.Select(entry => entry.Holder!)];
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
            entry.DueAt = at.Due;
            _due.Add(entry.Job, entry);
        }
    }

    private void Put(Entry entry, TimeSpan delay)
    {
        entry.Number = ++_number;
        if (delay > TimeSpan.Zero)
        {
            _delayed.Enqueue(entry, (Now + delay.Ticks, entry.Number));
        }
        else
        {
            entry.DueAt = Now;
            _due.Add(entry.Job, entry);
        }

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
            _dead.RemoveLast();
        var id = (++_number).ToString(CultureInfo.InvariantCulture);
        _dead.AddFirst(new DeadJob(id, entry.Job, entry.Faults + 1, reason, time.GetUtcNow()));
    }

    private sealed class Entry(Job job)
    {
        public Job Job { get; } = job;

        /// <summary>Its place in the order in which jobs were put.</summary>
        public long Number { get; set; }

        public int Faults { get; set; }

        /// <summary>Since when it waits for a worker, in ticks since the start.</summary>
        public long DueAt { get; set; }

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
