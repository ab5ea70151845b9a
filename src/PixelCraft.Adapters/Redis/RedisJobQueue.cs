using System.Globalization;
using Microsoft.Extensions.Options;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Jobs;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// The job queue in Redis, shared by all servers. What a call does, it does in one script, all or nothing.
/// <para>
/// Format; a job is written <c>{kind}:{subject}</c>, and all keys begin with <c>{prefix:jobs}</c>, a hash tag, so that they are on
/// one node of a cluster: <c>:jobs</c>, a hash from every job in the queue to its priority and, while it is taken, the lease after a
/// colon, which knows equal jobs; <c>:due:{priority}:{kind}</c>, the lanes, lists of the milliseconds since which a job is
/// due, a colon, and the job; <c>:turns:{priority}</c>, the kinds whose lanes hold something, the next one first;
/// <c>:takings</c>, their number, by which priorities are chosen; <c>:taken</c> and <c>:delayed</c>, sorted sets by the
/// millisecond when the lease runs out or the job is due; <c>:faults</c>, a hash from the jobs that have failed to how often;
/// <c>:dead</c>, a stream of dead letters (<c>job</c>, <c>priority</c>, <c>faults</c>, <c>reason</c>; the id is the time). The channel
/// <c>:wake</c> is told when there is something to take after there was nothing.
/// </para>
/// <para>
/// Needs Redis 6.2 or later and, on these keys and that channel, what <see cref="RedisJobScripts"/> calls, EVAL, EVALSHA,
/// XREVRANGE, XDEL and SUBSCRIBE. The keys have no expiry: the eviction policy must be <c>noeviction</c> or a <c>volatile-</c>
/// one. A failover may lose the last moments (replication is asynchronous): jobs that were put are lost, jobs that were
/// ended come again.
/// </para>
/// </summary>
internal sealed class RedisJobQueue : IJobQueue, IDeadLetters
{
    // The client shares one connection and can't block on it: takers are woken by the channel. They also look by themselves,
    // when something comes due, and for messages that were lost.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly RedisConnection _redis;
    private readonly JobQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly RedisKey[] _keys;
    private readonly Gathering<Lease, bool> _completions;
    private readonly Pulse _woken = new();
    private readonly Lock _lock = new();
    private Task? _subscription;

    public RedisJobQueue(RedisConnection redis, IOptions<JobQueueOptions> options, TimeProvider time)
    {
        (_redis, _options, _time) = (redis, options.Value, time);
        _keys = [$"{{{redis.Prefix}:jobs}}"];
        _completions = new Gathering<Lease, bool>(CompleteAsync);
    }

    public async Task<EnqueueOutcome> EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        var result = await RunAsync(RedisJobScripts.Enqueue, Write(job), (int)job.Priority, Milliseconds(delay), _options.Capacity);
        return (int)result switch
        {
            0 => EnqueueOutcome.Queued,
            1 => EnqueueOutcome.AlreadyQueued,
            _ => EnqueueOutcome.Full,
        };
    }

    public async Task<IReadOnlyList<IJobLease>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        var started = _time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (wait > TimeSpan.Zero)
                await SubscribeAsync();
            var woken = _woken.Next;

            // Not cancelled once sent: jobs may have been taken by then.
            var answer = (RedisValue[])(await RunAsync(RedisJobScripts.Take, most, Milliseconds(_options.LeaseTime)))!;
            if (answer.Length > 1)
                return Leases(answer);

            var left = wait - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return [];
            var pause = left < Look ? left : Look;
            var next = TimeSpan.FromMilliseconds((long)answer[0]);
            if (next >= TimeSpan.Zero && next < pause)
                pause = next;
            await woken.WaitAsync(pause + TimeSpan.FromMilliseconds(1), _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task<QueueDepth> DepthAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = (RedisResult[])(await RunAsync(RedisJobScripts.Depth))!;
        return new QueueDepth((long)answer[0], (long)answer[1], (long)answer[2], (long)answer[3]);
    }

    public async Task<IReadOnlyList<DueJobs>> DueAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = (RedisResult[])(await RunAsync(RedisJobScripts.Depth))!;
        var lanes = ((RedisResult[])answer[4]!).Select(lane => (Kind: (string)lane[0]!, Count: (long)lane[1], Age: (long)lane[2]));
        return [.. lanes.GroupBy(lane => lane.Kind).Select(
            kind => new DueJobs(kind.Key, kind.Sum(lane => lane.Count), TimeSpan.FromMilliseconds(kind.Max(lane => lane.Age))))];
    }

    public async Task<IReadOnlyList<DeadJob>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        cancellationToken.ThrowIfCancellationRequested();
        if (after is not null && !IsId(after))
            return [];
        var entries = await AskAsync(async () => await (await _redis.DatabaseAsync()).StreamRangeAsync(
            DeadKey, maxId: after is null ? "+" : $"({after}", count: limit, messageOrder: Order.Descending));
        return [.. entries.Select(entry => new DeadJob(
            (string)entry.Id!, Read((string)entry["job"]!, (JobPriority)(int)entry["priority"]), (int)entry["faults"], (string)entry["reason"]!, BuriedAt((string)entry.Id!)))];
    }

    public async Task<ReplayOutcome> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsId(id))
            return ReplayOutcome.Missing;
        return (int)await RunAsync(RedisJobScripts.Replay, id, _options.Capacity) switch
        {
            0 => ReplayOutcome.Replayed,
            1 => ReplayOutcome.Missing,
            _ => ReplayOutcome.Full,
        };
    }

    public async Task<bool> DropAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return IsId(id) && await AskAsync(async () => await (await _redis.DatabaseAsync()).StreamDeleteAsync(DeadKey, [id])) == 1;
    }

    private RedisKey DeadKey => $"{_keys[0]}:dead";

    /// <summary>The id of an entry is the server's milliseconds since 1970, '-', and a number.</summary>
    private static bool IsId(string text) =>
        text.Split('-') is [var time, var number]
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out _) && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static DateTimeOffset BuriedAt(string id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(id.AsSpan(0, id.IndexOf('-')), CultureInfo.InvariantCulture));

    private static string Write(Job job) => $"{job.Kind}:{job.Subject}";

    private static Job Read(string text, JobPriority priority) => text.Split(':', 2) is [var kind, var subject]
        ? new Job(kind, subject) { Priority = priority }
        : throw new FormatException($"'{text}' in the job queue is not a job.");

    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    private Lease[] Leases(RedisValue[] answer)
    {
        var leases = new Lease[answer.Length / 3];
        for (var i = 0; i < leases.Length; i++)
            leases[i] = new Lease(this, (string)answer[3 * i]!, (string)answer[3 * i + 1]!, (int)answer[3 * i + 2]);
        return leases;
    }

    private async Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<Lease> leases)
    {
        var values = new RedisValue[2 * leases.Count];
        for (var i = 0; i < leases.Count; i++)
            (values[2 * i], values[2 * i + 1]) = (leases[i].Text, leases[i].Id);
        return (bool[])(await RunAsync(RedisJobScripts.Complete, values))!;
    }

    private static Task<T> AskAsync<T>(Func<Task<T>> ask) => RedisConnection.AskAsync("job queue", ask);

    private Task<RedisResult> RunAsync(RedisScript script, params RedisValue[] values) => AskAsync(() => _redis.EvaluateAsync(script, _keys, values));

    private Task SubscribeAsync()
    {
        lock (_lock)
        {
            if (_subscription is null or { IsFaulted: true })
                _subscription = BeginAsync();
            return _subscription;
        }

        Task BeginAsync() => AskAsync(async () =>
        {
            await (await _redis.SubscriberAsync()).SubscribeAsync(RedisChannel.Literal($"{_keys[0]}:wake"), (_, _) => _woken.Beat());
            return true;
        });
    }

    private sealed class Lease(RedisJobQueue queue, string text, string id, int faults) : IJobLease
    {
        /// <summary>The job as it is written.</summary>
        public string Text => text;

        public string Id => id;

        // The lease begins with the priority.
        public Job Job { get; } = Read(text, (JobPriority)(id[0] - '0'));

        public int Faults { get; } = faults;

        public Task<bool> RenewAsync(CancellationToken cancellationToken) =>
            RunAsync(RedisJobScripts.Renew, cancellationToken, Milliseconds(queue._options.LeaseTime));

        public Task<bool> CompleteAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return queue._completions.SendAsync(this);
        }

        public Task<bool> RetryAsync(TimeSpan delay, bool fault, CancellationToken cancellationToken)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
            return RunAsync(RedisJobScripts.Retry, cancellationToken, Milliseconds(delay), fault ? 1 : 0);
        }

        public Task<bool> BuryAsync(string reason, CancellationToken cancellationToken) =>
            RunAsync(RedisJobScripts.Bury, cancellationToken, reason, queue._options.DeadLetters);

        private async Task<bool> RunAsync(RedisScript script, CancellationToken cancellationToken, params RedisValue[] values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (int)await queue.RunAsync(script, [text, id, .. values]) == 1;
        }
    }
}
