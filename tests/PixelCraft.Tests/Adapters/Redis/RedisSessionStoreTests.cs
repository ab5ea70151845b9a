using PixelCraft.Accounts;
using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisSessionStoreTests(Servers servers) : SessionStoreContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<ISessionStore> CreateAsync(TimeProvider time) =>
        new RedisSessionStore(_test.Connect((await servers.RedisAsync()).ConnectionString), time);

    [Fact]
    public async Task RedisAway_IsUnavailable()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(TestContext.Current.CancellationToken));
        var store = new RedisSessionStore(_test.Connect(redis.ConnectionString), TimeProvider.System);
        Assert.Null(await store.FindAsync(new string('0', 64), TestContext.Current.CancellationToken));
        redis.Kill();

        await Assert.ThrowsAsync<UnavailableException>(() => store.FindAsync(new string('0', 64), TestContext.Current.CancellationToken));
    }
}
