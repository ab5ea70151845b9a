using PixelCraft.Cluster;
using PixelCraft.Limits;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisRateLimiterTests(Servers servers) : RateLimiterContract, IAsyncDisposable
{
    private static readonly RateLimit Five = new(5, TimeSpan.FromHours(1));

    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<IRateLimiter> CreateAsync() => _test.Limiter((await servers.RedisAsync()).ConnectionString);

    [Fact]
    public async Task TwoServers_CountTogether()
    {
        var redis = await servers.RedisAsync();
        var limiters = new[] { _test.Limiter(redis.ConnectionString), _test.Limiter(redis.ConnectionString) };

        var decisions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => limiters[i % 2].TakeAsync("member:1", Five, Cancel).AsTask()));

        Assert.Equal(5, decisions.Count(decision => decision.Allowed));
    }

    [Fact]
    public async Task RedisAway_EachServerLimitsByItself_AndTogetherAfterwards()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        var (one, other) = (_test.Limiter(redis.ConnectionString), _test.Limiter(redis.ConnectionString));
        Assert.Equal(4, (await one.TakeAsync("member:1", Five, Cancel)).Remaining);
        redis.Kill();

        foreach (var limiter in new[] { one, other })
        {
            for (var left = 4; left >= 0; left--)
                Assert.Equal(left, (await limiter.TakeAsync("member:1", Five, Cancel)).Remaining);
            Assert.False((await limiter.TakeAsync("member:1", Five, Cancel)).Allowed);
        }

        // The server comes back empty.
        await redis.RestartAsync(Cancel);
        await Eventually.TrueAsync(async () => (await one.TakeAsync("member:1", Five, Cancel)).Allowed);
        await Eventually.TrueAsync(async () => (await other.TakeAsync("member:1", Five, Cancel)).Allowed);
    }
}
