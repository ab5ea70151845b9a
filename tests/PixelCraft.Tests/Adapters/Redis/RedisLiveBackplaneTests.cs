using System.Collections.Concurrent;
using PixelCraft.Cluster;
using PixelCraft.Live;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisLiveBackplaneTests(Servers servers) : LiveBackplaneContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<(ILiveBackplane One, ILiveBackplane Other)> CreateAsync()
    {
        var redis = await servers.RedisAsync();
        return (_test.Backplane(redis.ConnectionString), _test.Backplane(redis.ConnectionString));
    }

    [Fact]
    public async Task RedisAway_IsNoFault_AndSubscriptionsComeBack()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        var backplane = _test.Backplane(redis.ConnectionString);
        var heard = new ConcurrentQueue<RoomUpdate>();
        using var before = backplane.Subscribe("room", heard.Enqueue);
        await UntilHeardAsync(backplane, "room", heard);
        redis.Kill();
        await backplane.PublishAsync("room", Update(1), Cancel);

        await redis.RestartAsync(Cancel);

        await UntilHeardAsync(backplane, "room", heard);
    }
}

public sealed class RedisClusterLiveBackplaneTests(Servers servers) : LiveBackplaneContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<(ILiveBackplane One, ILiveBackplane Other)> CreateAsync()
    {
        var cluster = await servers.RedisClusterAsync();
        return (_test.Backplane(cluster.ConnectionString), _test.Backplane(cluster.ConnectionString));
    }
}
