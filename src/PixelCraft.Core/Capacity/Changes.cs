using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>What to do about a pool or a layout that is too small, in words.</summary>
internal static class Changes
{
    /// <summary>What is to be done so that there is what is needed; mostly one thing.</summary>
    public static string Of(Pool pool, Need there, Need need)
    {
        var changes = new List<string>();
        if (need.Size > there.Size)
            changes.Add(pool.IsSharded ? "A bigger machine: one replica after the other, then the primary by a switch-over." : "A bigger machine: stop, move the disk, start.");
        if (need.Shards > there.Shards)
            changes.Add(pool.Name switch
            {
                "catalogue" => "More shards: a further database, and 'pixelcraft shard move' brings logical shards there while servers go on.",
                "redis" => "More shards: a further primary with its replica; the cluster moves slots to it while it runs.",
                _ => "More shards: a further database, with events spread by image.",
            });
        if (need.Replicas > there.Replicas) changes.Add("More replicas: reads spread over them.");
        if (!pool.IsSharded && need.Servers > there.Servers)
            changes.Add(pool.Name switch
            {
                "load_balancer" => "More load balancers, by DNS or an address that they share.",
                "web" => "More web servers: they hold no state, and any request may reach any of them.",
                "realtime" => "More realtime servers: sockets spread as they come back.",
                "worker" => "More workers: each takes from the same queue.",
                _ => "More servers.",
            });
        return string.Join(' ', changes);
    }

    /// <summary>What to do for the next layout.</summary>
    public static string OfLayout(Installation have, Installation next) => next.Stage switch
    {
        Stage.Three => "Three servers with a process of each role, PostgreSQL with a synchronous standby, Redis Cluster and an object store; an edge before them. Export and import, or restore a backup.",
        Stage.Separate => "Roles and databases on machines of their own, so that each grows by itself: move databases by replication, then processes.",
        _ when have.Regions > 1 => "Divide each region in two; logical shards move with their users.",
        _ => "Regions: a home region for each user, with originals and catalogue copied to a second one, and load balancing between them by latency and health.",
    };

    /// <summary>What there is of a pool.</summary>
    public static string Text(Pool pool, Need need)
    {
        var size = need.Size > 1 ? $" of size {need.Size}" : "";
        return need.Shards == 0 ? Wording.Count(need.Servers, pool.One, pool.One + "s") + size
            : $"{Wording.Count(need.Shards, "primary", "primaries")} with {Wording.Count(need.Replicas, "replica", "replicas")}{size}";
    }

    /// <summary>What there is of an installation.</summary>
    public static string Text(Installation installation) => installation.Stage switch
    {
        Stage.One => "one server",
        Stage.Three => "three servers",
        Stage.Separate => Wording.Count(installation.Servers, "server", "servers"),
        _ => $"{installation.Regions} regions, {Wording.Count(installation.Servers, "server", "servers")}",
    };
}
