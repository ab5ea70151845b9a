using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

/// <summary>Networks of the local cluster, which no folder holds: who removes them when their process can't.</summary>
public sealed class ClusterNetworkTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_RemovesTheNetworkOfAProcessThatWasKilled_AndNoOther()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Network namespaces need root.");
        var folder = TempFolders.Create("network");
        await using var owner = ServerProcess.Start(Path.Combine(folder, "log"), "/bin/sleep", ["1000"]);
        var abandoned = await NetworkAsync(owner.Id);
        var lasting = await NetworkAsync(null);
        // While the process lives, so does what it owns.
        var own = await NetworkAsync(Environment.ProcessId);
        Assert.Equal((3, true), await StateAsync(abandoned));

        owner.Kill(withChildren: true);
        var last = await NetworkAsync(Environment.ProcessId);
        Assert.Equal((0, false), await StateAsync(abandoned));
        foreach (var network in new[] { lasting, own, last })
        {
            Assert.Equal((3, true), await StateAsync(network));
            await network.RemoveAsync(Ct);
            // The plug goes with the namespace of its other end, a moment later.
            await Eventually.TrueAsync(async () => await StateAsync(network) == (0, false));
        }
        TempFolders.Delete(folder);
    }

    [Fact]
    public async Task Create_RemovesNamespacesThatNobodyIsPluggedInto()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Network namespaces need root.");
        var half = await NetworkAsync(null);
        await Programs.RunOrThrowAsync("ip", ["link", "del", half.Id], null, Ct);
        Assert.Equal((3, false), await StateAsync(half));

        var next = await NetworkAsync(Environment.ProcessId);
        Assert.Equal((0, false), await StateAsync(half));
        await next.RemoveAsync(Ct);
    }

    private static async Task<ClusterNetwork> NetworkAsync(int? owner)
    {
        var network = await Servers.SkipIfMissingAsync(() => ClusterNetwork.CreateAsync(owner, Ct));
        foreach (var node in new[] { "a", "b" }) await network.AddAsync(node, Ct);
        return network;
    }

    /// <summary>How many namespaces there are of a network, and whether this machine is plugged in.</summary>
    private static async Task<(int Namespaces, bool Plug)> StateAsync(ClusterNetwork network)
    {
        var list = await Programs.RunOrThrowAsync("ip", ["netns", "list"], null, Ct);
        return (list.Split('\n').Count(line => line.StartsWith($"{network.Id}-", StringComparison.Ordinal)), Directory.Exists($"/sys/class/net/{network.Id}"));
    }
}
