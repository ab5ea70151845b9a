using PixelCraft.Caching;
using PixelCraft.Cluster;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisClusterCacheTests(Servers servers) : CacheContract, IAsyncDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<ICache> CreateAsync() => _test.Cache((await servers.RedisClusterAsync()).ConnectionString);

    [Fact]
    public async Task Failover_NeverThrows_AndGoesOnForEveryKey()
    {
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancel));
        var caches = new[] { _test.Cache(cluster.ConnectionString), _test.Cache(cluster.ConnectionString) };
        var keys = Enumerable.Range(0, 100).Select(i => $"image:{i}").ToList();
        foreach (var key in keys) Assert.True(await caches[0].SetAsync(key, "one"u8.ToArray(), Hour, Cancel));
        await cluster.WaitForReplicationAsync(Cancel);

        using var stop = new CancellationTokenSource();
        var readers = caches.Select(cache => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                foreach (var key in keys) await cache.GetAsync(key, Cancel);
        }, Cancel)).ToList();
        await cluster.KillMasterOfAsync(_test.Name("cache:image:0"), Cancel);
        await cluster.WaitForFailoverAsync(Cancel);

        // What was there is there again, on both servers, and can be changed.
        foreach (var key in keys)
            foreach (var cache in caches) await Eventually.TrueAsync(async () => await cache.GetAsync(key, Cancel) is not null);
        foreach (var key in keys) await Eventually.TrueAsync(async () => await caches[1].SetAsync(key, "two"u8.ToArray(), Hour, Cancel));
        foreach (var key in keys) Assert.Equal("two"u8.ToArray(), await caches[0].GetAsync(key, Cancel));
        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }
}
