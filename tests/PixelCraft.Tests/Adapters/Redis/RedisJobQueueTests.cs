using System.Collections.Concurrent;
using PixelCraft.Cluster;
using PixelCraft.Jobs;
using PixelCraft.Tests.Contracts;
using PixelCraft.Tests.Jobs;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisJobQueueTests(Servers servers) : JobQueueContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<IJobQueue> CreateAsync(JobQueueOptions options) => _test.Queue((await servers.RedisAsync()).ConnectionString, options);

    [Fact]
    public async Task TwoServers_EveryJobOnce()
    {
        const int Jobs = 500;
        var redis = await servers.RedisAsync();
        var options = new JobQueueOptions { LeaseTime = TimeSpan.FromMinutes(5) };
        var queues = new[] { _test.Queue(redis.ConnectionString, options), _test.Queue(redis.ConnectionString, options) };
        var taken = new ConcurrentBag<Job>();
        var workers = Enumerable.Range(0, 8).Select(worker => Task.Run(
            async () =>
            {
                while (taken.Count < Jobs)
                {
                    if (await queues[worker % 2].TakeAsync(TimeSpan.FromMilliseconds(100), Cancel) is not { } lease)
                        continue;
                    taken.Add(lease.Job);
                    Assert.True(await lease.CompleteAsync(Cancel));
                }
            },
            Cancel)).ToList();
        for (var i = 0; i < Jobs; i++)
            await PutAsync(queues[i % 2], Job(i));
        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(Enumerable.Range(0, Jobs).Select(Job), taken.OrderBy(job => job.Subject));
    }

    [Fact]
    public async Task TwoServers_WhatOneHolds_TheOtherKnows()
    {
        var redis = await servers.RedisAsync();
        var options = new JobQueueOptions { LeaseTime = LeaseTime };
        var (one, other) = (_test.Queue(redis.ConnectionString, options), _test.Queue(redis.ConnectionString, options));
        var waiting = other.TakeAsync(Long, Cancel);
        await PutAsync(one, Job(1));
        var lease = await waiting;

        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(one, Job(1)));
        Assert.Equal(new QueueDepth(0, 0, 1, 0), await one.DepthAsync(Cancel));

        // The other server dies: its lease runs out.
        var again = await TakeAsync(one);
        Assert.Equal(Job(1), again.Job);
        Assert.False(await lease!.CompleteAsync(Cancel));
        Assert.True(await again.BuryAsync("reason", Cancel));
        Assert.Equal(Job(1), Assert.Single(await other.ListAsync(null, 10, Cancel)).Job);
    }

    [Fact]
    public async Task Lease_RunOutBehindManyThatAreRenewed_IsFound()
    {
        var queue = await CreateAsync(new JobQueueOptions { LeaseTime = TimeSpan.FromSeconds(2) });
        var leases = new List<IJobLease>();
        for (var i = 0; i < 50; i++)
        {
            await PutAsync(queue, Job(i));
            leases.Add(await TakeAsync(queue));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var renewing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    foreach (var lease in leases.Take(49))
                        Assert.True(await lease.RenewAsync(Cancel));
                }
            },
            Cancel);

        Assert.Equal(Job(49), (await TakeAsync(queue)).Job);
        await stop.CancelAsync();
        await renewing;
    }

    [Fact]
    public async Task Flushed_GoesOn()
    {
        await using var redis = await StartOwnAsync();
        var queue = _test.Queue(redis.ConnectionString, new JobQueueOptions { LeaseTime = TimeSpan.FromMinutes(5) });
        await PutAsync(queue, Job(1));
        var lost = await TakeAsync(queue);
        await redis.FlushAsync(Cancel);

        Assert.False(await lost.RenewAsync(Cancel));
        Assert.False(await lost.RetryAsync(TimeSpan.Zero, fault: false, Cancel));
        Assert.Equal(default, await queue.DepthAsync(Cancel));
        Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, Job(1)));
        var lease = await TakeAsync(queue);
        Assert.False(await lost.CompleteAsync(Cancel));
        Assert.True(await lease.CompleteAsync(Cancel));

        // And while a taker waits.
        var waiting = queue.TakeAsync(Long, Cancel);
        await redis.FlushAsync(Cancel);
        await PutAsync(queue, Job(2));
        Assert.Equal(Job(2), (await waiting)?.Job);
    }

    [Fact]
    public async Task RedisAway_IsUnavailable_AndItGoesOnAfterwards()
    {
        await using var redis = await StartOwnAsync();
        var queue = _test.Queue(redis.ConnectionString, new JobQueueOptions { LeaseTime = TimeSpan.FromMinutes(5) });
        await PutAsync(queue, Job(1));
        var lease = await TakeAsync(queue);
        var waiting = queue.TakeAsync(Long, Cancel);
        redis.Kill();

        await Assert.ThrowsAsync<UnavailableException>(() => waiting);
        await Assert.ThrowsAsync<UnavailableException>(() => PutAsync(queue, Job(2)));
        await Assert.ThrowsAsync<UnavailableException>(() => queue.TakeAsync(Long, Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => lease.CompleteAsync(Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => queue.DepthAsync(Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => queue.DueAsync(Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => queue.ListAsync(null, 1, Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => queue.ReplayAsync("1-1", Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => queue.DropAsync("1-1", Cancel));

        await redis.RestartAsync(Cancel);
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return await PutAsync(queue, Job(3)) is EnqueueOutcome.Queued;
            }
            catch (UnavailableException)
            {
                return false;
            }
        });
        Assert.Equal(Job(3), (await TakeAsync(queue)).Job);

        // Takers are woken again too.
        waiting = queue.TakeAsync(Long, Cancel);
        await PutAsync(queue, Job(4));
        Assert.Equal(Job(4), (await waiting)?.Job);
    }

    [Fact]
    public async Task RedisAwayFromTheStart_IsUnavailable_AndItGoesOnAfterwards()
    {
        await using var redis = await StartOwnAsync();
        redis.Kill();
        var queue = _test.Queue(redis.ConnectionString, new JobQueueOptions());
        await Assert.ThrowsAsync<UnavailableException>(() => queue.TakeAsync(Long, Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => PutAsync(queue, Job(1)));

        await redis.RestartAsync(Cancel);
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return await queue.TakeAsync(TimeSpan.FromMilliseconds(1), Cancel) is null;
            }
            catch (UnavailableException)
            {
                return false;
            }
        });
        await PutAsync(queue, Job(1));
        Assert.Equal(Job(1), (await TakeAsync(queue)).Job);
    }

    private static Task<RedisServer> StartOwnAsync() => Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
}
