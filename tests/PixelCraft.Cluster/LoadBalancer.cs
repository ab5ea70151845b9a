namespace PixelCraft.Cluster;

/// <summary>A load balancer.</summary>
public sealed class LoadBalancer : NginxServer
{
    /// <summary>An address that nobody has (RFC 5737): there is no edge.</summary>
    private const string NoEdge = "192.0.2.1";

    private readonly string _map;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<Uri>> _servers;
    private readonly string _edges;

    private LoadBalancer(Place place, string map, IReadOnlyDictionary<string, IReadOnlyList<Uri>> servers, string edges) : base(place, "balancer.conf.template") =>
        (_map, _servers, _edges) = (map, servers, edges);

    private protected override IReadOnlyDictionary<string, string> Values => new Dictionary<string, string>
    {
        ["MAP"] = File(_map),
        ["SERVERS"] = string.Join(' ', _servers.Select(service => $"{service.Key}={string.Join(',', service.Value.Select(server => server.Authority))}")),
        ["EDGES"] = _edges,
    };

    /// <summary>Starts one in front of web servers.</summary>
    /// <param name="web">They.</param>
    /// <param name="edges">The address of the edges, whose word about their clients is believed; null where there are none.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">nginx or its Lua is not installed.</exception>
    public static Task<LoadBalancer> StartAsync(IReadOnlyList<Uri> web, string? edges = null, CancellationToken ct = default) =>
        StartAsync(Place.Temporary("balancer"), web, [], edges ?? NoEdge, ct);

    /// <summary>The same at a place, also in front of servers of live rooms; the web servers where there are none.</summary>
    internal static Task<LoadBalancer> StartAsync(Place place, IReadOnlyList<Uri> web, IReadOnlyList<Uri> realtime, string edges, CancellationToken ct) => StartAsync(
        () => new LoadBalancer(place, "web.map", new Dictionary<string, IReadOnlyList<Uri>> { ["web"] = web, ["realtime"] = realtime.Count == 0 ? web : realtime }, edges), ct);

    /// <summary>Starts one in front of an installation where each module has processes of its own.</summary>
    /// <param name="servers">The servers of each role: <c>accounts</c>, <c>images</c>, <c>analytics</c>, <c>realtime</c>.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">nginx or its Lua is not installed.</exception>
    public static Task<LoadBalancer> StartAsync(IReadOnlyDictionary<string, IReadOnlyList<Uri>> servers, CancellationToken ct = default) =>
        StartAsync(() => new LoadBalancer(Place.Temporary("balancer"), "services.map", servers, NoEdge), ct);

    // Of itself, as the servers may be dead.
    private protected override async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var response = await Http.GetAsync(new Uri(Url, "/metrics"), ct);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound;
    }
}
