using Microsoft.Extensions.Options;
using PixelCraft.Adapters.Nginx;
using PixelCraft.Cluster;
using PixelCraft.Delivery;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.Nginx;

/// <summary>Two edges of our own.</summary>
public sealed class NginxEdgesTests : EdgeContract
{
    private readonly List<EdgeServer> _edges = [];

    private protected override IReadOnlyList<Uri> Urls => [.. _edges.Select(edge => edge.Url)];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var edge in _edges) await edge.DisposeAsync();
    }

    private protected override async Task<IEdge> StartAsync(Uri server)
    {
        for (var i = 0; i < 2; i++) _edges.Add(await Servers.SkipIfMissingAsync(() => EdgeServer.StartAsync([server], [], Cancellation)));
        return Create(EdgeServer.Secret);
    }

    private protected override IEdge WithWrongSecret() => Create("another secret, of 32 characters too");

    private protected override void Silence() => _edges[1].Pause();

    private protected override void Resume() => _edges[1].Resume();

    private NginxEdges Create(string secret) =>
        new(Options.Create(new EdgeOptions { Addresses = string.Join(',', _edges.Select(edge => edge.PurgeUrl)), Secret = secret }));
}
