using System.Collections.Concurrent;
using PixelCraft.Caching;
using PixelCraft.Cluster;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisClusterChangeNoticesTests(Servers servers) : ChangeNoticesContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<(IChangeNotices One, IChangeNotices Other)> CreateAsync()
    {
        var cluster = await servers.RedisClusterAsync();
        return (_test.Notices(cluster.ConnectionString), _test.Notices(cluster.ConnectionString));
    }

    [Fact]
    public async Task Failover_OfEveryNodeThatCarriesThem_AreHeardAgain()
    {
        await using var cluster = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancel));
        var (one, other) = (_test.Notices(cluster.ConnectionString), _test.Notices(cluster.ConnectionString));
        var heard = new ConcurrentQueue<string>();
        using var subscription = other.Subscribe("image", heard.Enqueue);

        for (var round = 0; round < 3; round++)
        {
            heard.Clear();
            await UntilHeardAsync(one, "image", heard);
            var carriers = new List<RedisNode>();
            foreach (var node in cluster.Nodes)
                if ((await node.AskAsync(["pubsub", "numsub", _test.Name("changed:image")], Cancel)).EndsWith("\n1", StringComparison.Ordinal)) carriers.Add(node);
            Assert.NotEmpty(carriers);
            carriers[0].Kill();

            // Published to nobody is no fault.
            await one.PublishAsync("image", "lost", Cancel);
            heard.Clear();
            await UntilHeardAsync(one, "image", heard);
            await cluster.RestartAsync(Cancel);
        }
    }
}
