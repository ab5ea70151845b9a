using System.Security.Cryptography;

namespace PixelCraft.Cluster;

/// <summary>
/// Starts the servers of a <see cref="LocalCluster"/>, those that don't need one another at the same time. Every node is noted as soon as it
/// runs, so that a start that fails can be undone.
/// </summary>
internal sealed class ClusterStart(ClusterOptions options, string folder, ClusterNetwork? network, Action<ClusterNode> started)
{
    /// <summary>How many of each, besides the processes.</summary>
    private static readonly Dictionary<string, int> Servers = new()
    {
        ["balancer"] = 2,
        ["edge"] = 1,
        ["etcd"] = 3,
        ["postgres"] = 3,
        ["analytics"] = 3,
        ["redis"] = 6,
        ["ceph"] = 2,
        ["gateway"] = 2,
        ["smtp"] = 1,
    };

    private readonly string _password = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly Dictionary<string, IReadOnlyList<Place>> _places = [];

    /// <summary>Starts all and returns the settings that processes of the program share.</summary>
    public async Task<Dictionary<string, string>> RunAsync(CancellationToken ct)
    {
        foreach (var (kind, count) in Servers.Concat(options.Processes)) await PlaceAsync(kind, count, ct);
        var purgePorts = _places["edge"].Select(_ => Ports.Free()).ToList();
        var edgePorts = _places["edge"].Select(_ => Ports.Free()).ToList();
        var settings = new Dictionary<string, string>(options.Settings)
        {
            ["Proxies"] = string.Join(',', _places["balancer"].Select(place => place.Address).Distinct()),
            ["Edge:Addresses"] = string.Join(',', _places["edge"].Zip(purgePorts, EdgeServer.PurgeUrlOf).Select(url => url.GetLeftPart(UriPartial.Authority))),
            ["Edge:Secret"] = EdgeServer.Secret,
            // As in production; the balancers ask four times a second.
            ["StopDelay"] = "00:00:02",
            // Everything comes from one machine.
            ["Limits:SignIn:Permits"] = "100000",
            ["Limits:Account:Permits"] = "100000",
            ["Limits:Register:Permits"] = "100000",
            ["Limits:Api:Permits"] = "100000",
            ["Limits:Upload:Permits"] = "100000",
            ["Limits:Comment:Permits"] = "100000",
        };
        var postgres = PostgresAsync(ct);
        var redis = RedisAsync(ct);
        var store = StoreAsync(ct);
        var analytics = AnalyticsAsync(ct);
        var smtp = SmtpAsync($"http://{_places["edge"][0].Address}:{edgePorts[0]}", ct);
        await Task.WhenAll(postgres, redis, store, analytics, smtp);
        foreach (var (key, value) in (await postgres).Concat(await redis).Concat(await store).Concat(await smtp)) settings[key] = value;
        settings["Postgres:Analytics"] = await analytics;

        var processes = new Dictionary<string, IReadOnlyList<Uri>>();
        foreach (var role in options.Processes.Keys) processes[role] = [.. (await ProcessesAsync(role, settings, ct)).Select(process => new Uri(process.Url))];
        await NginxAsync(processes["web"], processes.GetValueOrDefault("realtime", []), edgePorts, purgePorts, [.. settings["S3:Gateways"].Split(',').Select(gateway => new Uri($"http://{gateway}"))], ct);
        return settings;
    }

    private async Task<Dictionary<string, string>> PostgresAsync(CancellationToken ct)
    {
        var etcd = await EtcdServer.StartAsync(_places["etcd"], ct);
        Note("etcd", etcd, server => server.Endpoint, server => $"http://{server.Endpoint}/health");
        var postgres = await PostgresCluster.StartAsync(_places["postgres"], [.. etcd.Select(server => server.Endpoint)], _password, ct);
        Note("postgres", postgres.Nodes, server => server.Endpoint, server => $"{server.RestUrl}/readiness");
        return new()
        {
            ["Postgres:Accounts"] = await postgres.CreateDatabaseAsync("accounts", ct),
            ["Postgres:Catalogue"] = await postgres.CreateDatabaseAsync("catalogue", ct),
        };
    }

    private async Task<string> AnalyticsAsync(CancellationToken ct)
    {
        var places = _places["analytics"];
        var primary = await PostgresServer.StartAsync(places[0], durable: false, null, ct);
        var replicas = await Task.WhenAll(places.Skip(1).Select(place => PostgresServer.StartAsync(place, durable: false, primary, ct)));
        PostgresServer[] all = [primary, .. replicas];
        Note("analytics", all, server => server.Endpoint);
        return (await primary.CreateDatabaseAsync(ct)).Replace($"Host={primary.Place.Address};Port={primary.Port};", $"Host={string.Join(',', all.Select(server => server.Endpoint))};", StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, string>> RedisAsync(CancellationToken ct)
    {
        var cluster = await RedisCluster.StartAsync(_places["redis"], TimeSpan.FromSeconds(2), "noeviction", ct);
        Note("redis", cluster.Nodes, node => node.ConnectionString);
        return new() { ["Redis:Connection"] = cluster.ConnectionString };
    }

    private async Task<Dictionary<string, string>> StoreAsync(CancellationToken ct)
    {
        var places = _places["ceph"];
        // On disk, so that a daemon that was killed comes back with what it had.
        var ceph = await Ceph.StartAsync(places[0], places[1], onDisk: true, ct);
        Note("ceph", [ceph.Monitor], monitor => $"{monitor.Place.Address}:{monitor.Port}");
        Note("ceph", [ceph.ObjectDaemon], daemon => daemon.Place.Address);

        var gateways = new List<S3Server>();
        foreach (var place in _places["gateway"])
            gateways.Add(await S3Server.StartAsync(place, ceph, gateways.FirstOrDefault(), ct));
        Note("gateway", gateways, gateway => new Uri(gateway.Endpoint).Authority, gateway => gateway.Endpoint);
        return new()
        {
            ["S3:Endpoint"] = gateways[0].Endpoint,
            ["S3:Gateways"] = string.Join(',', gateways.Select(gateway => new Uri(gateway.Endpoint).Authority)),
            ["S3:Bucket"] = await gateways[0].CreateBucketAsync(ct),
            ["S3:AccessKey"] = gateways[0].AccessKey,
            ["S3:SecretKey"] = gateways[0].SecretKey,
        };
    }

    private async Task<IReadOnlyDictionary<string, string>> SmtpAsync(string site, CancellationToken ct)
    {
        var sink = await SmtpSink.StartAsync(_places["smtp"][0], ct);
        Note("smtp", [sink], server => $"{server.Place.Address}:{server.Port}");
        return sink.Settings(site);
    }

    private async Task<IReadOnlyList<PixelCraftProcess>> ProcessesAsync(string role, Dictionary<string, string> settings, CancellationToken ct)
    {
        var processes = await Task.WhenAll(_places[role].Select(place => PixelCraftProcess.StartAsync(place, new Dictionary<string, string>(settings) { ["Role"] = role }, ct)));
        Note(role, processes, process => new Uri(process.Url).Authority, process => $"{process.Url}/health/ready");
        return processes;
    }

    private async Task NginxAsync(IReadOnlyList<Uri> web, IReadOnlyList<Uri> realtime, IReadOnlyList<int> ports, IReadOnlyList<int> purgePorts, IReadOnlyList<Uri> gateways, CancellationToken ct)
    {
        var edge = _places["edge"][0].Address;
        var balancers = await Task.WhenAll(_places["balancer"].Select(place => LoadBalancer.StartAsync(place, web, realtime, edge, ct)));
        Note("balancer", balancers, server => server.Url.Authority, server => $"{server.Url}health/live");

        var edges = await Task.WhenAll(_places["edge"].Zip(ports, purgePorts).Select(edge => EdgeServer.StartAsync(edge.First, [.. balancers.Select(server => server.Url)], gateways, edge.Second, edge.Third, ct)));
        Note("edge", edges, server => server.Url.Authority, server => $"{server.Url}health/live");
    }

    private async Task PlaceAsync(string kind, int count, CancellationToken ct)
    {
        var places = new List<Place>();
        for (var number = 1; number <= count; number++)
        {
            var name = $"{kind}{number}";
            var place = new Place(Path.Combine(folder, name), Lasting: options.Lasting);
            if (network is not null)
            {
                var (space, address) = await network.AddAsync(name, ct);
                place = place with { Namespace = space, Address = address };
            }

            places.Add(place);
        }

        _places[kind] = places;
    }

    private void Note<T>(string kind, IEnumerable<T> servers, Func<T, string> endpoint, Func<T, string>? health = null) where T : RealServer
    {
        foreach (var server in servers)
            started(new ClusterNode(kind, Path.GetFileName(server.Folder), server, endpoint(server), health?.Invoke(server)));
    }
}
