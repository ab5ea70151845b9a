using PixelCraft.Cluster;
using StackExchange.Redis;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class RedisClusterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ThreeMastersShareTheKeys_EachWithAReplica()
    {
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Ct));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString);

        for (var i = 0; i < 100; i++) Assert.True(await redis.GetDatabase().StringSetAsync($"key:{i}", i));

        var masters = new HashSet<RedisNode>();
        for (var i = 0; i < 20; i++) masters.Add(await cluster.MasterOfAsync($"key:{i}", Ct));
        Assert.Equal(cluster.Nodes.Take(3), masters.OrderBy(node => cluster.Nodes.ToList().IndexOf(node)));
        var servers = redis.GetServers();
        Assert.Equal(3, servers.Count(server => server.IsReplica));
        Assert.Equal(3, servers.Count(server => !server.IsReplica));
    }

    [Fact]
    public async Task Kill_AMaster_ItsReplicaTakesOverWithItsKeys_AndItComesBackAsReplica()
    {
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Ct));
        var first = await cluster.MasterOfAsync("key", Ct);
        Assert.Equal("OK", await first.AskAsync(["set", "key", "value"], Ct));
        await cluster.WaitForReplicationAsync(Ct);

        Assert.Same(first, await cluster.KillMasterOfAsync("key", Ct));
        await cluster.WaitForFailoverAsync(Ct);

        var second = await cluster.MasterOfAsync("key", Ct);
        Assert.NotSame(first, second);
        Assert.Equal("value", await second.AskAsync(["get", "key"], Ct));

        await cluster.RestartAsync(Ct);
        Assert.Same(second, await cluster.MasterOfAsync("key", Ct));
        Assert.Contains("role:slave", await first.AskAsync(["info", "replication"], Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_LeavesNoProcessAndNoFolder()
    {
        var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Ct));
        var processes = cluster.Nodes.Select(node => node.Process.Id).ToList();

        await cluster.DisposeAsync();

        Assert.DoesNotContain(processes, ProcessTable.IsAlive);
        Assert.DoesNotContain(cluster.Nodes, node => Directory.Exists(node.Folder));
    }
}
