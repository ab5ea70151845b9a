using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Adapters.Redis;
using PixelCraft.Caching;
using PixelCraft.Cluster;
using PixelCraft.Jobs;
using PixelCraft.Limits;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

/// <summary>Which Redis holds what, where there are two; and what a call costs.</summary>
public sealed class RedisServicesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CacheOfItsOwn_HoldsTheCacheAndNothingElse()
    {
        await using var main = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        await using var cache = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        await using var services = Services(main.ConnectionString, cache.ConnectionString);

        Assert.True(await services.GetRequiredService<ICache>().SetAsync("image:1", "one"u8.ToArray(), TimeSpan.FromHours(1), Cancel));
        await services.GetRequiredService<IRateLimiter>().TakeAsync("member:1", new RateLimit(5, TimeSpan.FromHours(1)), Cancel);
        await services.GetRequiredService<IJobQueue>().EnqueueAsync(new Job("test", "1"), TimeSpan.Zero, Cancel);

        Assert.Equal("pixelcraft:cache:image:1", await cache.AskAsync(["keys", "*"], Cancel));
        var keys = (await main.AskAsync(["keys", "*"], Cancel)).Split('\n');
        Assert.Contains("pixelcraft:limit:member:1", keys);
        Assert.Contains("{pixelcraft:jobs}:jobs", keys);
        Assert.DoesNotContain(keys, key => key.Contains(":cache:", StringComparison.Ordinal));
        Assert.Equal([new RedisEviction("noeviction", IsBounded: false)], await RedisServices.EvictionAsync(services));
        await cache.AskAsync(["config", "set", "maxmemory", "10mb"], Cancel);
        Assert.Equal([new RedisEviction("noeviction", IsBounded: true)], await RedisServices.CacheEvictionAsync(services));

        // The cache may go, and with it nothing else.
        cache.Kill();
        Assert.Null(await services.GetRequiredService<ICache>().GetAsync("image:1", Cancel));
        Assert.Null(await services.GetRequiredService<ISessionStore>().FindAsync(new string('0', 64), Cancel));
        Assert.Single(await services.GetRequiredService<IJobQueue>().TakeAsync(1, TimeSpan.Zero, Cancel));
    }

    [Fact]
    public async Task RateLimiter_AsksOnceForEachPermit()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        await using var services = Services(redis.ConnectionString, "");
        var limiter = services.GetRequiredService<IRateLimiter>();
        await limiter.TakeAsync("member:1", new RateLimit(50, TimeSpan.FromHours(1)), Cancel);
        await redis.AskAsync(["config", "resetstat"], Cancel);

        for (var i = 0; i < 20; i++) await limiter.TakeAsync("member:1", new RateLimit(50, TimeSpan.FromHours(1)), Cancel);

        var calls = await redis.AskAsync(["info", "commandstats"], Cancel);
        Assert.Contains("cmdstat_evalsha:calls=20,", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("cmdstat_eval:", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("cmdstat_script", calls, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(string connection, string cache)
    {
        var services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton(TimeProvider.System);
        services.AddOptions<RedisOptions>().Configure(options => (options.Connection, options.Cache, options.Timeout) = (connection, cache, TimeSpan.FromSeconds(5)));
        services.AddOptions<JobQueueOptions>();
        services.AddRedisJobQueue().AddRedisCache().AddRedisRateLimiter().AddRedisSessions();
        return services.BuildServiceProvider();
    }
}
