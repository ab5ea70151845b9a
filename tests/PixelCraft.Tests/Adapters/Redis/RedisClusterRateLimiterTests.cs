using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Limits;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisClusterRateLimiterTests(Servers servers) : RateLimiterContract, IAsyncDisposable
{
    private static readonly RateLimit Fifty = new(50, TimeSpan.FromHours(1));

    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<IRateLimiter> CreateAsync() => _test.Limiter((await servers.RedisClusterAsync()).ConnectionString);

    [Fact]
    public async Task TwoServers_CountTogether_OnEveryNode()
    {
        var cluster = await servers.RedisClusterAsync();
        var limiters = new[] { _test.Limiter(cluster.ConnectionString), _test.Limiter(cluster.ConnectionString) };

        for (var member = 0; member < 20; member++)
        {
            var decisions = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => limiters[i % 2].TakeAsync($"member:{member}", Fifty, Cancel).AsTask()));
            Assert.Equal(50, decisions.Count(decision => decision.Allowed));
        }
    }

    [Fact]
    public async Task Failover_NeverThrows_AndCountsTogetherAfterwards()
    {
        var limit = new RateLimit(5_000, TimeSpan.FromHours(10));
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancel));
        var (one, other) = (_test.Limiter(cluster.ConnectionString), _test.Limiter(cluster.ConnectionString));
        async Task<int> LeftAsync(RedisRateLimiter limiter) => (await limiter.TakeAsync("member:1", limit, Cancel)).Remaining;
        for (var i = 0; i < 20; i += 2) Assert.Equal((4_999 - i, 4_998 - i), (await LeftAsync(one), await LeftAsync(other)));
        await cluster.WaitForReplicationAsync(Cancel);

        await cluster.KillMasterOfAsync(_test.Name("limit:member:1"), Cancel);
        Assert.Equal(4_999, await LeftAsync(one)); // by itself
        await cluster.WaitForFailoverAsync(Cancel);

        // By themselves they would not follow one another.
        await Eventually.TrueAsync(async () => await LeftAsync(one) is var left && await LeftAsync(other) == left - 1 && await LeftAsync(one) == left - 2);
        Assert.True(await LeftAsync(other) < 4_980, "What was used before the failover is forgotten.");
    }
}
