using System.Collections.Concurrent;
using PixelCraft.Caching;
using PixelCraft.Cluster;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisChangeNoticesTests(Servers servers) : ChangeNoticesContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<(IChangeNotices One, IChangeNotices Other)> CreateAsync()
    {
        var redis = await servers.RedisAsync();
        return (_test.Notices(redis.ConnectionString), _test.Notices(redis.ConnectionString));
    }

    [Fact]
    public async Task RedisAway_IsNoFault_AndSubscriptionsComeBack()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        var notices = _test.Notices(redis.ConnectionString);
        var heard = new ConcurrentQueue<string>();
        using var before = notices.Subscribe("image", heard.Enqueue);
        await UntilHeardAsync(notices, "image", heard);
        redis.Kill();
        await notices.PublishAsync("image", "lost", Cancel);
        var late = new ConcurrentQueue<string>();
        using var during = notices.Subscribe("image", late.Enqueue);

        await redis.RestartAsync(Cancel);

        heard.Clear();
        await UntilHeardAsync(notices, "image", heard);
        await UntilHeardAsync(notices, "image", late);
    }
}
