using System.Diagnostics;
using System.Diagnostics.Metrics;
using PixelCraft.Caching;
using PixelCraft.Cluster;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisCacheTests(Servers servers) : CacheContract, IAsyncDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<ICache> CreateAsync() => _test.Cache((await servers.RedisAsync()).ConnectionString);

    [Fact]
    public async Task TwoServers_ShareWhatIsThere()
    {
        var redis = await servers.RedisAsync();
        var (one, other) = (_test.Cache(redis.ConnectionString), _test.Cache(redis.ConnectionString));
        await one.SetAsync("image:1", "one"u8.ToArray(), Hour, Cancel);

        Assert.False(await other.AddAsync("image:1", "two"u8.ToArray(), Hour, Cancel));
        Assert.Equal("one"u8.ToArray(), await other.GetAsync("image:1", Cancel));
        await other.RemoveAsync("image:1", Cancel);
        Assert.Null(await one.GetAsync("image:1", Cancel));
    }

    [Fact]
    public async Task RedisAway_IsEmptyAndCounted_AndComesBack()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        var cache = _test.Cache(redis.ConnectionString);
        await cache.SetAsync("image:1", "one"u8.ToArray(), Hour, Cancel);
        long without = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Name == "pixelcraft.redis.without" && instrument.Meter.Scope == _test.Meters)
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref without, value));
        listener.Start();
        redis.Kill();

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
            Assert.Null(await cache.GetAsync("image:1", Cancel));
        Assert.False(await cache.SetAsync("image:1", "one"u8.ToArray(), Hour, Cancel));
        Assert.False(await cache.AddAsync("image:1", "one"u8.ToArray(), Hour, Cancel));
        Assert.False(await cache.RemoveAsync("image:1", Cancel));
        Assert.Equal(103, without);

        // Not a time-out for each of them.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));

        await redis.RestartAsync(Cancel);
        await Eventually.TrueAsync(async () => await cache.AddAsync("image:1", "two"u8.ToArray(), Hour, Cancel));
        Assert.Equal("two"u8.ToArray(), await cache.GetAsync("image:1", Cancel));
    }
}
