using System.Collections.Concurrent;
using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Jobs;
using PixelCraft.Tests.Contracts;
using PixelCraft.Tests.Jobs;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisClusterJobQueueTests(Servers servers) : JobQueueContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<IJobQueue> CreateAsync(JobQueueOptions options) =>
        _test.Queue((await servers.RedisClusterAsync()).ConnectionString, options);

    [Fact]
    public async Task Failover_WhileJobsCome_EveryJobThatWasReplicatedIsDone_AndTakersAreWokenAgain()
    {
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancel));
        var options = new JobQueueOptions { LeaseTime = TimeSpan.FromSeconds(2) };
        var (web, worker) = (_test.Queue(cluster.ConnectionString, options), _test.Queue(cluster.ConnectionString, options));
        var done = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        var working = Task.Run(() => WorkAsync(worker, done, stop.Token), Cancel);
        await PutAllAsync(web, 0, 200);
        await cluster.WaitForReplicationAsync(Cancel);

        var putting = Task.Run(() => PutAllAsync(web, 200, 600), Cancel);
        await cluster.KillMasterOfAsync(_test.Name("jobs", tagged: true), Cancel);
        await cluster.WaitForFailoverAsync(Cancel);
        await putting;
        await PutAllAsync(web, 600, 700);

        // Of those that were put in its last moments the master may have taken some with it: a sweep would put them again.
        await Eventually.TrueAsync(() => Enumerable.Range(0, 200).Concat(Enumerable.Range(600, 100)).All(i => done.ContainsKey(Job(i).Subject)));
        await PutAllAsync(web, 200, 600);
        await Eventually.TrueAsync(() => done.Count == 700);
        await Eventually.TrueAsync(async () => await web.DepthAsync(Cancel) == default);
        await stop.CancelAsync();
        await working;

        var waiting = worker.TakeAsync(Long, Cancel);
        await PutAsync(web, Job(1));
        Assert.Equal(Job(1), (await waiting)?.Job);
    }

    private static async Task WorkAsync(RedisJobQueue queue, ConcurrentDictionary<string, int> done, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var lease in await queue.TakeAsync(4, TimeSpan.FromMilliseconds(200), Cancel))
                {
                    done.AddOrUpdate(lease.Job.Subject, 1, (_, times) => times + 1);
                    await lease.CompleteAsync(Cancel);
                }
            }
            catch (UnavailableException)
            {
                await Task.Delay(20, Cancel);
            }
        }
    }

    private static async Task PutAllAsync(RedisJobQueue queue, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            await Eventually.TrueAsync(async () =>
            {
                try
                {
                    return await PutAsync(queue, Job(i)) is not EnqueueOutcome.Full;
                }
                catch (UnavailableException)
                {
                    return false;
                }
            });
        }
    }
}

public sealed class RedisClusterDeadLettersTests(Servers servers) : DeadLettersContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<(IJobQueue Queue, IDeadLetters Dead)> CreateAsync(JobQueueOptions options)
    {
        var queue = _test.Queue((await servers.RedisClusterAsync()).ConnectionString, options);
        return (queue, queue);
    }
}
