using System.Net;
using System.Net.Http.Headers;

namespace PixelCraft.Cluster;

/// <summary>An edge. <see cref="RealServer.RestartAsync"/> starts it on the same caches, as after a crash.</summary>
public sealed class EdgeServer : NginxServer
{
    /// <summary>Of all edges.</summary>
    public const string Secret = "an edge's secret of 32 characters";

    private readonly int _purgePort;
    private readonly IReadOnlyList<Uri> _web;
    private readonly IReadOnlyList<Uri> _store;

    private EdgeServer(Place place, IReadOnlyList<Uri> web, IReadOnlyList<Uri> store, int purgePort, int? port = null) : base(place, "edge.conf.template", port) =>
        (_web, _store, _purgePort) = (web, store, purgePort);

    /// <summary>Where purges are taken: one of <c>Edge:Addresses</c>.</summary>
    public Uri PurgeUrl => PurgeUrlOf(Place, _purgePort);

    private protected override IReadOnlyDictionary<string, string> Values => new Dictionary<string, string>
    {
        ["PURGE_LISTEN"] = PurgeUrl.Authority,
        ["SECRET"] = Secret,
        ["BALANCERS"] = Upstream(_web),
        // An upstream without a server would not start.
        ["STORE"] = Upstream(_store.Count == 0 ? _web : _store),
        ["STORE_SCHEME"] = "http",
        ["CACHE"] = Folder,
        ["SIZE"] = "1g",
    };

    /// <summary>Starts an edge.</summary>
    /// <param name="web">Load balancers, or servers.</param>
    /// <param name="store">Where the object store is reached; empty where it is none that edges can ask.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">nginx or its Lua is not installed.</exception>
    public static Task<EdgeServer> StartAsync(IReadOnlyList<Uri> web, IReadOnlyList<Uri> store, CancellationToken ct = default) =>
        StartAsync(() => new EdgeServer(Place.Temporary("edge"), web, store, Ports.Free()), ct);

    /// <summary>Starts an edge of a cluster, of which the processes know beforehand where it serves and takes purges.</summary>
    internal static Task<EdgeServer> StartAsync(Place place, IReadOnlyList<Uri> web, IReadOnlyList<Uri> store, int port, int purgePort, CancellationToken ct) =>
        StartAsync(() => new EdgeServer(place, web, store, purgePort, port), ct);

    /// <summary>Where an edge at a place takes purges.</summary>
    internal static Uri PurgeUrlOf(Place place, int purgePort) => new($"http://{place.Address}:{purgePort}");

    /// <summary>The lines of an upstream block for servers that are left out for 2 s when one can't be reached.</summary>
    private static string Upstream(IReadOnlyList<Uri> servers) => string.Join(' ',
        [.. servers.Select(server => $"server {server.Authority} max_fails=1 fail_timeout=2s;"),
         // When all are left out, all are tried: better a late answer than none.
         .. servers.Select(server => $"server {server.Authority} max_fails=0 backup;")]);

    private protected override async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(PurgeUrl, "/purge"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        using var response = await Http.SendAsync(request, ct);
        return response.StatusCode == HttpStatusCode.NoContent;
    }
}
