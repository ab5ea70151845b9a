using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>How many servers of a pool there must be, and how large.</summary>
/// <param name="Servers">All of them, in one region.</param>
/// <param name="Size">How many times as large as the smallest machine.</param>
/// <param name="Shards">Primaries; 0 for a pool without.</param>
/// <param name="Replicas">Of each primary, in the same region.</param>
/// <param name="Remote">Replicas of each primary in another region.</param>
internal readonly record struct Need(double Servers, int Size, double Shards, double Replicas, double Remote)
{
    // A load that is a capacity to the last digit fits.
    private const double Tolerance = 1e-9;

    /// <summary>Whether these carry what those are needed for.</summary>
    public bool Covers(Need other) => Servers >= other.Servers && Size >= other.Size && Shards >= other.Shards && Replicas >= other.Replicas;

    /// <summary>
    /// The fewest servers with room for failures and <c>most_use</c> at most: with x the load by what one full server carries, n servers are enough
    /// when x ≤ n × most_use, and x ≤ n − failures. A machine grows first, where it can, and there are more when the largest is too small.
    /// </summary>
    public static Need Of(Pool pool, Inputs inputs, Loads loads, double users, double remoteReplicas = 0)
    {
        for (var size = 1; ; size *= 2)
        {
            var (need, isLeast) = pool.IsSharded ? Sharded(pool, inputs, loads, users, remoteReplicas, size) : Plain(pool, inputs, loads, users, size);
            if (isLeast || size * 2 > pool.Figure(inputs, "largest_machine_times")) return need;
        }
    }

    private static (Need, bool IsLeast) Plain(Pool pool, Inputs inputs, Loads loads, double users, int size)
    {
        var (least, use) = (pool.Figure(inputs, "servers_at_least"), inputs["most_use"]);
        var servers = least;
        foreach (var limit in pool.Limits)
        {
            var x = loads.Of(limit.Load, users) / (pool.Full(inputs, limit) * size);
            servers = Math.Max(servers, limit.Bearer is Bearer.EachServer
                ? x <= use + Tolerance ? least : double.PositiveInfinity
                : Math.Max(Whole(x / use) + pool.Figure(inputs, "spare_servers"), Whole(x) + pool.Figure(inputs, "failures_survived")));
        }
        return (new Need(servers, size, 0, 0, 0), servers <= least);
    }

    private static (Need, bool IsLeast) Sharded(Pool pool, Inputs inputs, Loads loads, double users, double remoteReplicas, int size)
    {
        var (least, use) = (pool.Figure(inputs, "shards_at_least"), inputs["most_use"]);
        var (shards, replicas) = (least, pool.Figure(inputs, "replicas_at_least"));
        // A primary that fails is followed by one of its replicas: no more shards are needed for that.
        foreach (var limit in pool.Limits.Where(limit => limit.Bearer is Bearer.Primaries))
            shards = Math.Max(shards, Whole(loads.Of(limit.Load, users) / (pool.Full(inputs, limit) * size) / use));
        foreach (var limit in pool.Limits.Where(limit => limit.Bearer is Bearer.Replicas))
        {
            var x = loads.Of(limit.Load, users) / shards / (pool.Full(inputs, limit) * size);
            replicas = Math.Max(replicas, Math.Max(Whole(x / use), Whole(x) + 1));
        }
        return (new Need(shards * (1 + replicas + remoteReplicas), size, shards, replicas, remoteReplicas), shards <= least);
    }

    private static double Whole(double x) => Math.Ceiling(x - Tolerance);
}
