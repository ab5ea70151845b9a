using Microsoft.Extensions.Options;
using PixelCraft.Adapters.Fastly;
using PixelCraft.Delivery;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.Fastly;

/// <summary>The CDN's API, spoken with a server of the test's own that does what the API's documents say.</summary>
public sealed class FastlyEdgeTests : EdgeContract
{
    private readonly List<IDisposable> _clients = [];
    private FakeCdn _cdn = null!;

    private protected override IReadOnlyList<Uri> Urls => [_cdn.Url];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var client in _clients) client.Dispose();
        await _cdn.DisposeAsync();
    }

    private protected override async Task<IEdge> StartAsync(Uri server)
    {
        _cdn = await FakeCdn.StartAsync(server, "service1", "token1");
        return Create("token1");
    }

    private protected override IEdge WithWrongSecret() => Create("token2");

    private protected override void Silence() => _cdn.IsSilent = true;

    private protected override void Resume() => _cdn.IsSilent = false;

    private FastlyEdge Create(string token)
    {
        var edge = new FastlyEdge(Options.Create(new FastlyOptions { Service = "service1", Token = token, Endpoint = _cdn.Url.AbsoluteUri }));
        _clients.Add(edge);
        return edge;
    }
}
