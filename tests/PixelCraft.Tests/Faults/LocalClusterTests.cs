using System.Diagnostics;
using System.Net;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>The tools that the other tests of this folder break things with.</summary>
[Collection(FaultsCollection.Name)]
public sealed class LocalClusterTests(ClusterFixture fixture) : IDisposable
{
    /// <summary>On a quiet machine of two processors it takes less than a minute (docs/operations.md); this one may have just ended a thousand tests.</summary>
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Start_TheWholeArchitecture_ServesEverywhere()
    {
        var cluster = await fixture.StartAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"{cluster.Nodes.Count} nodes up in {cluster.StartedIn.TotalSeconds:0.0} s");
        Assert.InRange(cluster.StartedIn, TimeSpan.FromSeconds(1), StartBound);
        var nodes = await ClusterStatus.OfAsync(cluster, Ct);
        Assert.All(nodes, node => Assert.Equal("serves", node.Health));
        Assert.Equal(
            ["analytics 3", "balancer 2", "ceph 2", "edge 1", "etcd 3", "gateway 2", "postgres 3", "realtime 2", "redis 6", "smtp 1", "web 2", "worker 2"],
            nodes.Where(node => node.Node.Kind != "line").GroupBy(node => node.Node.Kind).Select(kind => $"{kind.Key} {kind.Count()}").Order());
        Assert.Equal(["leader", "replica", "sync_standby"], Roles("postgres"));
        Assert.Equal(["master", "master", "master", "replica", "replica", "replica"], Roles("redis"));
        Assert.Equal(["primary", "replica", "replica"], Roles("analytics"));
        foreach (var front in cluster.OfKind("balancer").Concat(cluster.OfKind("edge")))
            Assert.Equal(HttpStatusCode.OK, await StatusAsync($"http://{front.Endpoint}/"));

        IEnumerable<string> Roles(string kind) => nodes.Where(node => node.Node.Kind == kind).Select(node => node.Role).Order();
    }

    [Fact]
    public async Task Open_FromAnotherProcess_KillsAndStartsWhatThisOneStarted()
    {
        var cluster = await fixture.StartAsync();

        var other = (await LocalCluster.OpenAsync(cluster.Folder, Ct))!;
        Assert.All(other.Nodes, node => Assert.Equal(NodeState.Up, node.State));
        other["redis6"].Kill();
        Assert.Equal(NodeState.Down, cluster["redis6"].State);
        other["smtp1"].Pause();
        Assert.Equal(NodeState.Paused, cluster["smtp1"].State);

        await cluster.HealAsync(Ct);
        Assert.All(cluster.Nodes, node => Assert.Equal(NodeState.Up, node.State));
    }

    [Fact]
    public async Task Cut_OneWay_StopsWhatIsSentAndIsSeenInTheList()
    {
        var cluster = await fixture.StartWithNetworkAsync();
        var edge = $"http://{cluster["edge1"].Endpoint}/health/live";

        await cluster.CutAsync(["balancer1", "balancer2"], ["edge1"], oneWay: true, Ct);
        // The balancers hear the edge, and it doesn't hear them.
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct))
        {
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _http.GetAsync(new Uri(edge), patience.Token));
        }

        Assert.Equal([("balancer1", "edge1"), ("balancer2", "edge1")], (await cluster.CutsAsync(Ct)).Order());

        await cluster.HealAsync(Ct);
        await Eventually.TrueAsync(async () => await StatusAsync(edge) == HttpStatusCode.OK);
        Assert.Empty(await cluster.CutsAsync(Ct));
    }

    [Fact]
    public async Task Slow_ALink_HoldsEachPacketUntilHealed()
    {
        var cluster = await fixture.StartWithNetworkAsync();
        var edge = $"http://{cluster["edge1"].Endpoint}/health/live";

        await cluster.SlowAsync(["edge1"], ["balancer1", "balancer2"], TimeSpan.FromMilliseconds(150), Ct);
        var begun = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(edge));
        // To ask, there and back; the edge keeps its connections to the balancers.
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5));

        await cluster.HealAsync(Ct);
        begun = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(edge));
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromMilliseconds(299));
    }

    private async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var answer = await _http.GetAsync(new Uri(url), Ct);
        return answer.StatusCode;
    }
}
