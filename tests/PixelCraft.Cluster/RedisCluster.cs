using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>
/// A Redis Cluster of three masters and three replicas. When a master is killed its replica takes over by itself,
/// after about twice the node timeout; what the master acknowledged in its last moments may then be lost.
/// </summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Masters = 3;
    private const int Slots = 16_384;

    /// <summary>For one step of the cluster: meeting, a failover, a replica that catches up.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private RedisCluster(IReadOnlyList<RedisNode> nodes) => Nodes = nodes;

    /// <summary>The servers; the first three begin as masters.</summary>
    public IReadOnlyList<RedisNode> Nodes { get; }

    /// <summary>The connection string in StackExchange.Redis's format, with every node.</summary>
    public string ConnectionString => string.Join(',', Nodes.Select(node => node.ConnectionString));

    /// <summary>Starts a cluster whose masters are replaced about two seconds after they were lost, and which evicts nothing.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Redis is not installed.</exception>
    public static Task<RedisCluster> StartAsync(CancellationToken ct = default) => StartAsync(TimeSpan.FromSeconds(1), "noeviction", ct);

    /// <summary>Starts a cluster.</summary>
    /// <param name="nodeTimeout">How long a node may be silent before the others count it as lost: shorter, and a busy machine loses nodes that are there.</param>
    /// <param name="policy">Redis' <c>maxmemory-policy</c>.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Redis is not installed.</exception>
    public static Task<RedisCluster> StartAsync(TimeSpan nodeTimeout, string policy, CancellationToken ct = default) =>
        StartAsync([.. Enumerable.Range(0, 2 * Masters).Select(_ => Place.Temporary("redis-node"))], nodeTimeout, policy, ct);

    /// <summary>Starts a cluster of a node at each of six places.</summary>
    internal static async Task<RedisCluster> StartAsync(IReadOnlyList<Place> places, TimeSpan nodeTimeout, string policy, CancellationToken ct)
    {
        var nodes = new List<RedisNode>();
        try
        {
            foreach (var place in places)
                nodes.Add(await RedisNode.StartAsync(place, nodeTimeout, policy, ct));
            var cluster = new RedisCluster(nodes);
            await cluster.JoinAsync(ct);
            return cluster;
        }
        catch
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
            throw;
        }
    }

    /// <summary>The node that serves a key now, as the first node that answers knows it.</summary>
    /// <param name="key">The whole key, with its hash tag if it has one.</param>
    /// <param name="ct">Ends the question.</param>
    public async Task<RedisNode> MasterOfAsync(string key, CancellationToken ct = default)
    {
        foreach (var node in Nodes.Where(node => !node.Process.HasExited))
        {
            var slot = await OkAsync(node, ["cluster", "keyslot", key], ct);
            var owner = (await NodesAsync(node, ct)).FirstOrDefault(line => line.Serves(int.Parse(slot, CultureInfo.InvariantCulture)));
            if (owner is not null)
                return Nodes.Single(other => other.ConnectionString == owner.Address);
        }

        throw new InvalidOperationException($"No node serves {key}.");
    }

    /// <summary>Kills the master that serves a key, without warning, and returns it.</summary>
    /// <param name="key">The whole key, with its hash tag if it has one.</param>
    /// <param name="ct">Ends the question who that is.</param>
    public async Task<RedisNode> KillMasterOfAsync(string key, CancellationToken ct = default)
    {
        var master = await MasterOfAsync(key, ct);
        master.Kill();
        return master;
    }

    /// <summary>Waits until the nodes that run agree that every slot is served by one of them.</summary>
    /// <param name="ct">Ends the wait.</param>
    public Task WaitForFailoverAsync(CancellationToken ct = default) => UntilAsync("serve every slot", async () =>
    {
        var running = Nodes.Where(node => !node.Process.HasExited).ToList();
        foreach (var node in running)
        {
            var served = (await NodesAsync(node, ct)).Where(line => running.Any(other => other.ConnectionString == line.Address)).Sum(line => line.SlotCount);
            if (served < Slots || !(await node.AskAsync(["cluster", "info"], ct)).Contains("cluster_state:ok", StringComparison.Ordinal))
                return false;
        }

        return true;
    }, ct);

    /// <summary>Waits until every replica has what its master had when this was called; what others write meanwhile may come on top.</summary>
    /// <param name="ct">Ends the wait.</param>
    public async Task WaitForReplicationAsync(CancellationToken ct = default)
    {
        foreach (var node in Nodes.Where(node => !node.Process.HasExited))
        {
            var info = await ReplicationAsync(node, ct);
            if (info["role"] != "master" || info["connected_slaves"] == "0")
                continue;
            var written = long.Parse(info["master_repl_offset"], CultureInfo.InvariantCulture);
            // slave0:ip=127.0.0.1,port=20000,state=online,offset=14,lag=0
            await UntilAsync("catch up", async () => (await ReplicationAsync(node, ct)).Where(line => line.Key.StartsWith("slave", StringComparison.Ordinal)).SelectMany(line => line.Value.Split(','))
                .Where(field => field.StartsWith("offset=", StringComparison.Ordinal)).Any(field => long.Parse(field[7..], CultureInfo.InvariantCulture) >= written), ct);
        }
    }

    /// <summary>Starts every node that does not run again, and waits until all serve and all replicas have caught up.</summary>
    /// <param name="ct">Ends the wait.</param>
    public async Task RestartAsync(CancellationToken ct = default)
    {
        foreach (var node in Nodes.Where(node => node.Process.HasExited))
            await node.RestartAsync(ct);
        await WaitForFailoverAsync(ct);
        await WaitForReplicasAsync(ct);
    }

    /// <summary>Kills every node.</summary>
    public void Kill()
    {
        foreach (var node in Nodes)
            node.Kill();
    }

    /// <summary>Removes every key.</summary>
    /// <param name="ct">Ends the commands.</param>
    public async Task FlushAsync(CancellationToken ct = default)
    {
        foreach (var node in Nodes.Where(node => !node.Process.HasExited))
            if ((await NodesAsync(node, ct)).Single(line => line.IsMyself).SlotCount > 0)
                await node.FlushAsync(ct);
    }

    /// <summary>Ends the nodes and removes their folders.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));

    private async Task JoinAsync(CancellationToken ct)
    {
        // Each begins with a number of its own for its configuration: with equal ones they would first have to sort that out.
        for (var i = 0; i < Nodes.Count; i++)
            await OkAsync(Nodes[i], ["cluster", "set-config-epoch", $"{i + 1}"], ct);
        for (var i = 0; i < Masters; i++)
            await OkAsync(Nodes[i], ["cluster", "addslotsrange", $"{i * Slots / Masters}", $"{((i + 1) * Slots / Masters) - 1}"], ct);
        foreach (var node in Nodes.Skip(1))
            await OkAsync(Nodes[0], ["cluster", "meet", node.Place.Address, $"{node.Port}", $"{node.BusPort}"], ct);
        foreach (var node in Nodes)
            await UntilAsync("know one another", async () => (await NodesAsync(node, ct)).Count(line => line.IsConnected) == Nodes.Count, ct);

        for (var i = 0; i < Masters; i++)
            await OkAsync(Nodes[Masters + i], ["cluster", "replicate", await OkAsync(Nodes[i], ["cluster", "myid"], ct)], ct);
        await WaitForFailoverAsync(ct);
        await WaitForReplicasAsync(ct);
    }

    private async Task WaitForReplicasAsync(CancellationToken ct)
    {
        foreach (var node in Nodes)
        {
            await UntilAsync("have their replicas", async () =>
                (await NodesAsync(node, ct)).Count(line => line.IsReplica) == Nodes.Count - Masters
                && (await node.AskAsync(["info", "replication"], ct)) is var replication
                && (replication.Contains("role:master", StringComparison.Ordinal) || replication.Contains("master_link_status:up", StringComparison.Ordinal)), ct);
        }
    }

    private static async Task<Dictionary<string, string>> ReplicationAsync(RedisNode node, CancellationToken ct) =>
        (await node.AskAsync(["info", "replication"], ct)).Split('\n').Select(line => line.TrimEnd('\r').Split(':', 2)).Where(line => line.Length == 2)
        .ToDictionary(line => line[0], line => line[1]);

    private static async Task<string> OkAsync(RedisNode node, IEnumerable<string> command, CancellationToken ct)
    {
        var answer = await node.AskAsync(command, ct);
        return answer.StartsWith("ERR", StringComparison.Ordinal)
            ? throw new InvalidOperationException($"redis {string.Join(' ', command)}: {answer}")
            : answer;
    }

    private static async Task<IReadOnlyList<NodeLine>> NodesAsync(RedisNode node, CancellationToken ct) =>
        [.. (await node.AskAsync(["cluster", "nodes"], ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NodeLine.Read)];

    private static async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Bound);
        try
        {
            while (!await condition())
                await Task.Delay(50, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new InvalidOperationException($"After {Bound.TotalSeconds} s the nodes of the Redis Cluster did not {what}.");
        }
    }

    /// <summary>A line of CLUSTER NODES: id, address:port@bus, flags, master, ping, pong, epoch, link, slots.</summary>
    private sealed record NodeLine(string Address, string[] Flags, bool IsConnected, IReadOnlyList<(int First, int Last)> Ranges)
    {
        public bool IsMyself => Flags.Contains("myself");

        public bool IsReplica => Flags.Contains("slave") && !Flags.Contains("fail");

        public int SlotCount => Ranges.Sum(range => range.Last - range.First + 1);

        public bool Serves(int slot) => Ranges.Any(range => range.First <= slot && slot <= range.Last);

        public static NodeLine Read(string line)
        {
            var fields = line.Split(' ');
            // What is in brackets is being moved.
            var ranges = fields[8..].Where(field => field.Length > 0 && field[0] != '[').Select(field => field.Split('-'));
            var flags = fields[2].Split(',');
            return new(
                fields[1].Split('@')[0], flags, fields[7] == "connected" && !flags.Contains("handshake"),
                [.. ranges.Select(ends => (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture)))]);
        }
    }
}
