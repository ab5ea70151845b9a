namespace PixelCraft.Cluster;

/// <summary>One of the servers of a <see cref="RedisCluster"/>. It writes what it holds to its folder every second.</summary>
public sealed class RedisNode : RedisProcess
{
    private readonly TimeSpan _nodeTimeout;
    private readonly string _policy;

    private RedisNode(Place place, TimeSpan nodeTimeout, string policy) : base(place)
    {
        _nodeTimeout = nodeTimeout;
        _policy = policy;
    }

    private protected override IEnumerable<string> Configuration =>
    [
        "--appendonly", "yes", "--appendfsync", "everysec", "--cluster-node-timeout", Text((int)_nodeTimeout.TotalMilliseconds),
        // The other slots go on while one master is away, and a replica takes over however long it had no contact.
        "--cluster-require-full-coverage", "no", "--cluster-replica-validity-factor", "0",
        "--repl-diskless-sync-delay", "0", "--repl-timeout", "10", "--maxmemory", "200mb", "--maxmemory-policy", _policy,
    ];

    internal static Task<RedisNode> StartAsync(Place place, TimeSpan nodeTimeout, string policy, CancellationToken ct) =>
        StartAsync(() => new RedisNode(place, nodeTimeout, policy), ct);
}
