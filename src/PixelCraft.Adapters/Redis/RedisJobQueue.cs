using System.Globalization;
using Microsoft.Extensions.Options;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Jobs;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// The job queue on a Redis stream, shared by all servers.
/// <para>
/// Format; a job is written <c>{kind}:{subject}</c>, and the keys share a hash tag so that they live on one node of a cluster:
/// <c>{prefix:jobs}:stream</c>, the jobs that are due and, as pending entries of its group <c>workers</c>, those that are taken
/// (field <c>job</c>); <c>{prefix:jobs}:delayed</c>, a sorted set by the millisecond when they are due;
/// <c>{prefix:jobs}:jobs</c>, a hash from every job in the queue to its faults, which knows equal jobs;
/// <c>{prefix:jobs}:dead</c>, a stream of dead letters (<c>job</c>, <c>faults</c>, <c>reason</c>; the id is the time);
/// the channel <c>{prefix:jobs}:wake</c>, told of every job that is put.
/// </para>
/// <para>
/// Needs Redis 6.2 or later and, on these keys and that channel, what <see cref="RedisJobScripts"/> calls, EVAL, EVALSHA,
/// SCRIPT LOAD and SUBSCRIBE. The keys have no expiry: the eviction policy must be <c>noeviction</c> or a <c>volatile-</c>
/// one. A failover may lose the last moments (replication is asynchronous): jobs that were put are lost, jobs that were
/// ended come again.
/// </para>
/// </summary>
internal sealed class RedisJobQueue(RedisConnection redis, IOptions<JobQueueOptions> options, TimeProvider time) : IJobQueue
{
    // The client shares one connection and can't block on it: takers are woken by the channel. They also look by themselves,
    // for leases that ran out and messages that were lost, ever more seldom.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(2);

    private readonly RedisKey[] _keys =
    [
        $"{{{redis.Prefix}:jobs}}:stream", $"{{{redis.Prefix}:jobs}}:delayed", $"{{{redis.Prefix}:jobs}}:jobs", $"{{{redis.Prefix}:jobs}}:dead",
    ];

    private readonly string _channel = $"{{{redis.Prefix}:jobs}}:wake";
    private readonly Pulse _woken = new();
    private readonly Lock _lock = new();
    private Task? _subscription;

    private int KeptDead => options.Value.DeadLetters;

    public async Task<EnqueueOutcome> EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        var result = await RunAsync(RedisJobScripts.Enqueue, $"{job.Kind}:{job.Subject}", Milliseconds(delay), options.Value.Capacity, _channel);
        return (int)result switch
        {
            0 => EnqueueOutcome.Queued,
            1 => EnqueueOutcome.AlreadyQueued,
            _ => EnqueueOutcome.Full,
        };
    }

    public async Task<IJobLease?> TakeAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        var started = time.GetTimestamp();
        var look = FirstLook;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (wait > TimeSpan.Zero)
                await SubscribeAsync();
            var woken = _woken.Next;

            // Not cancelled once sent: a job may have been taken by then.
            var result = (RedisResult[])(await RunAsync(RedisJobScripts.Take, Milliseconds(options.Value.LeaseTime), _channel))!;
            if (result.Length > 1)
                return new Lease(this, (string)result[0]!, Read((string)result[1]!), (int)result[2], (long)result[3]);

            var left = wait - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return null;
            var pause = left < look ? left : look;
            var due = TimeSpan.FromMilliseconds((long)result[0]);
            if (due >= TimeSpan.Zero && due < pause)
                pause = due;
            await woken.WaitAsync(pause + TimeSpan.FromMilliseconds(1), time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            look = woken.IsCompleted ? FirstLook : TimeSpan.FromTicks(Math.Min(look.Ticks * 2, LastLook.Ticks));
        }
    }

    public async Task<QueueDepth> DepthAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var numbers = (long[])(await RunAsync(RedisJobScripts.Depth))!;
        return new QueueDepth(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    public async Task<IReadOnlyList<DeadJob>> DeadAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var entries = await (await redis.DatabaseAsync()).StreamRangeAsync(_keys[3], count: limit, messageOrder: Order.Descending);
            return [.. entries.Select(entry => new DeadJob(
                Read((string)entry["job"]!), (int)entry["faults"], (string)entry["reason"]!, BuriedAt((string)entry.Id!)))];
        }
        catch (Exception exception) when (RedisConnection.IsAway(exception))
        {
            throw new UnavailableException("job queue", exception);
        }
    }

    private static Job Read(string text) => text.Split(':', 2) is [var kind, var subject]
        ? new Job(kind, subject)
        : throw new FormatException($"'{text}' in the job queue is not a job.");

    /// <summary>The id of an entry is the server's milliseconds since 1970, '-', and a number.</summary>
    private static DateTimeOffset BuriedAt(string id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(id.AsSpan(0, id.IndexOf('-')), CultureInfo.InvariantCulture));

    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    private async Task<RedisResult> RunAsync(string script, params RedisValue[] values)
    {
        try
        {
            return await redis.EvaluateAsync(script, _keys, values);
        }
        catch (Exception exception) when (RedisConnection.IsAway(exception))
        {
            throw new UnavailableException("job queue", exception);
        }
    }

    private Task SubscribeAsync()
    {
        lock (_lock)
        {
            if (_subscription is null or { IsFaulted: true })
                _subscription = BeginAsync();
            return _subscription;
        }

        async Task BeginAsync()
        {
            try
            {
                await (await redis.SubscriberAsync()).SubscribeAsync(RedisChannel.Literal(_channel), (_, _) => _woken.Beat());
            }
            catch (Exception exception) when (RedisConnection.IsAway(exception))
            {
                throw new UnavailableException("job queue", exception);
            }
        }
    }

    private sealed class Lease(RedisJobQueue queue, string id, Job job, int faults, long deliveries) : IJobLease
    {
        public Job Job { get; } = job;

        public int Faults { get; } = faults;

        public Task<bool> RenewAsync(CancellationToken cancellationToken) => RunAsync(RedisJobScripts.Renew, cancellationToken);

        public Task<bool> CompleteAsync(CancellationToken cancellationToken) => RunAsync(RedisJobScripts.Complete, cancellationToken);

        public Task<bool> RetryAsync(TimeSpan delay, bool fault, CancellationToken cancellationToken)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
            return RunAsync(RedisJobScripts.Retry, cancellationToken, Milliseconds(delay), fault ? 1 : 0, queue._channel);
        }

        public Task<bool> BuryAsync(string reason, CancellationToken cancellationToken) =>
            RunAsync(RedisJobScripts.Bury, cancellationToken, reason, queue.KeptDead);

        private async Task<bool> RunAsync(string script, CancellationToken cancellationToken, params RedisValue[] values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (int)await queue.RunAsync(script, [id, deliveries, .. values]) == 1;
        }
    }
}
