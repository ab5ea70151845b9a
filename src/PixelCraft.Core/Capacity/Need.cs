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
    /// <param name="pool">Servers of which kind.</param>
    /// <param name="inputs">What each can carry.</param>
    /// <param name="loads">What they are to carry.</param>
    /// <param name="users">Of one region.</param>
    /// <param name="remoteReplicas">Replicas of each primary in another region; null when there is no other region.</param>
    public static Need Of(Pool pool, Inputs inputs, Loads loads, double users, double? remoteReplicas = null)
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

    private static (Need, bool IsLeast) Sharded(Pool pool, Inputs inputs, Loads loads, double users, double? remoteReplicas, int size)
    {
        var (least, use) = (pool.Figure(inputs, "shards_at_least"), inputs["most_use"]);
        // A primary that fails is followed by one of its replicas: no more shards are needed for that.
        var usersPerPrimary = pool.Limits.Where(limit => limit.Bearer is Bearer.Primaries).Min(limit => pool.Full(inputs, limit) * use / loads.Of(limit.Load, 1));
        var shards = Math.Max(least, Whole(users / (usersPerPrimary * size)));
        // Once primaries have been full they keep the replicas that they had then: a further or larger one never leaves fewer servers.
        var hasBeenFull = double.IsFinite(usersPerPrimary) && (size > 1 || shards > least || remoteReplicas is not null);
        var usersOfReplicas = hasBeenFull ? usersPerPrimary : Math.Min(users / shards, usersPerPrimary);
        var replicas = pool.Figure(inputs, "replicas_at_least");
        foreach (var limit in pool.Limits.Where(limit => limit.Bearer is Bearer.Replicas))
        {
            var x = loads.Of(limit.Load, usersOfReplicas) / pool.Full(inputs, limit);
            replicas = Math.Max(replicas, Math.Max(Whole(x / use), Whole(x) + 1));
        }
        return (new Need(shards * (1 + replicas + (remoteReplicas ?? 0)), size, shards, replicas, remoteReplicas ?? 0), shards <= least);
    }

    private static double Whole(double x) => Math.Ceiling(x - Tolerance);
}
