using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>A load balancer in front of a server, and an edge in front of that. All are on 127.0.0.1, from where the balancer believes an edge and the program a balancer.</summary>
internal sealed class Front : IAsyncDisposable
{
    public const string Address = "127.0.0.1";

    private Front(LoadBalancer balancer, EdgeServer edge) => (Balancer, Edge) = (balancer, edge);

    public LoadBalancer Balancer { get; }

    public EdgeServer Edge { get; }

    public static async Task<Front> StartAsync(Uri server)
    {
        var balancer = await Servers.SkipIfMissingAsync(() => LoadBalancer.StartAsync([server], Address, TestContext.Current.CancellationToken));
        return new Front(balancer, await Servers.SkipIfMissingAsync(() => EdgeServer.StartAsync([balancer.Url], [], TestContext.Current.CancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        await Balancer.DisposeAsync();
    }
}
