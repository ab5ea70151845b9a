namespace PixelCraft.Cluster;

/// <summary>
/// A Redis Cluster of one server that has all slots: a command whose keys are in different slots fails as in production.
/// It keeps everything in memory; after <see cref="RealServer.Kill"/> or a restart it is empty.
/// </summary>
public sealed class RedisServer : RedisProcess
{
    private RedisServer() : base(Place.Temporary("redis"))
    {
    }

    private protected override IEnumerable<string> Configuration => ["--appendonly", "no"];

    /// <summary>Starts a server.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Redis is not installed.</exception>
    public static Task<RedisServer> StartAsync(CancellationToken ct = default) => StartAsync(() => new RedisServer(), ct);

    private protected override async Task<bool> AnswersAsync(CancellationToken ct)
    {
        if (!await base.AnswersAsync(ct))
            return false;
        var cluster = await AskAsync(["cluster", "info"], ct);
        if (cluster.Contains("cluster_slots_assigned:0\r", StringComparison.Ordinal))
            await AskAsync(["cluster", "addslotsrange", "0", "16383"], ct);
        return cluster.Contains("cluster_state:ok\r", StringComparison.Ordinal);
    }
}
