using System.Text.Json;

namespace PixelCraft.Cluster;

/// <summary>PostgreSQL with automatic failover: a leader, a synchronous standby, another standby.</summary>
internal sealed class PostgresCluster
{
    private readonly string _password;

    private PostgresCluster(IReadOnlyList<PatroniServer> nodes, string password) => (Nodes, _password) = (nodes, password);

    public IReadOnlyList<PatroniServer> Nodes { get; }

    /// <summary>Starts a server at each place, and waits until there is a leader with a synchronous standby and the others follow.</summary>
    public static async Task<PostgresCluster> StartAsync(IReadOnlyList<Place> places, IReadOnlyList<string> etcd, string password, CancellationToken ct)
    {
        var nodes = await Task.WhenAll(places.Select((place, index) => PatroniServer.StartAsync($"postgres{index + 1}", place, password, etcd, ct)));
        await nodes[0].Process.WaitUntilAsync(async limit =>
        {
            var roles = await RolesAsync(nodes[0].RestUrl, limit);
            return roles.Values.Contains("sync_standby") && roles.Count == nodes.Length;
        }, TimeSpan.FromSeconds(60), ct);
        return new PostgresCluster(nodes, password);
    }

    /// <summary>The connection string, in Npgsql's format, of a database on whichever server leads.</summary>
    public string ConnectionString(string database) =>
        $"Host={string.Join(',', Nodes.Select(node => node.Endpoint))};Username=postgres;Password={_password};Database={database}";

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken ct)
    {
        var (hosts, ports) = (Nodes.Select(node => node.Place.Address), Nodes.Select(node => node.Endpoint.Split(':')[1]));
        var server = $"host={string.Join(',', hosts)} port={string.Join(',', ports)} user=postgres dbname=postgres target_session_attrs=primary";
        await Programs.RunOrThrowAsync(
            Path.Combine(PostgresServer.FindBin(), "psql"), ["--no-psqlrc", "--quiet", "-d", server, "-c", $"create database {name}"],
            new Dictionary<string, string?> { ["PGPASSWORD"] = _password, ["PGCONNECT_TIMEOUT"] = "5" }, ct);
        return ConnectionString(name);
    }

    /// <summary>What Patroni says of its servers: <c>leader</c>, <c>sync_standby</c> or <c>replica</c> by name, of those that run.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RolesAsync(string restUrl, CancellationToken ct)
    {
        using var json = JsonDocument.Parse(await RealServer.GetAsync($"{restUrl}/cluster", ct));
        return json.RootElement.GetProperty("members").EnumerateArray()
            .Where(member => member.GetProperty("state").GetString() is "running" or "streaming")
            .ToDictionary(member => member.GetProperty("name").GetString()!, member => member.GetProperty("role").GetString()!);
    }
}
