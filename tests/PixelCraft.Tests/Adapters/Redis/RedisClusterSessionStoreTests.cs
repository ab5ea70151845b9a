using PixelCraft.Accounts;
using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Ids;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisClusterSessionStoreTests(Servers servers) : SessionStoreContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<ISessionStore> CreateAsync(TimeProvider time) =>
        new RedisSessionStore(_test.Connect((await servers.RedisClusterAsync()).ConnectionString), time);

    [Fact]
    public async Task Failover_IsUnavailableAtMost_AndNoSessionIsLost()
    {
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancel));
        var store = new RedisSessionStore(_test.Connect(cluster.ConnectionString), TimeProvider.System);
        var ids = new IdGenerator(TimeProvider.System);
        var sessions = Enumerable.Range(0, 100).Select(_ => New(ids)).ToList();
        foreach (var session in sessions) await store.AddAsync(session, Cancel);
        await cluster.WaitForReplicationAsync(Cancel);

        await cluster.KillMasterOfAsync(_test.Name($"session:{sessions[0].KeyHash}"), Cancel);
        await Assert.ThrowsAsync<UnavailableException>(() => store.FindAsync(sessions[0].KeyHash, Cancel));
        await cluster.WaitForFailoverAsync(Cancel);

        foreach (var session in sessions) await Eventually.TrueAsync(async () => await TryAsync(() => store.FindAsync(session.KeyHash, Cancel)) is not null);
        var added = New(ids);
        await store.AddAsync(added, Cancel);
        Assert.Equal(added.KeyHash, Assert.Single(await store.ListAsync(added.MemberId, Cancel)).KeyHash);
        foreach (var session in sessions)
        {
            Assert.True(await store.RemoveAsync(session.MemberId, session.Id, Cancel));
            Assert.Null(await store.FindAsync(session.KeyHash, Cancel));
        }
    }

    private static async Task<Session?> TryAsync(Func<Task<Session?>> find)
    {
        try
        {
            return await find();
        }
        catch (UnavailableException)
        {
            return null;
        }
    }

    private static Session New(IdGenerator ids)
    {
        var (member, now) = (ids.ForMember(), DateTimeOffset.UtcNow);
        return new Session(ids.For(member), Secrets.Hash(Secrets.NewSessionKey()), member, "STAMP", now, "Browser", new SessionUse(now, now.AddHours(1), "192.0.2.1"));
    }
}
