using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>What holds between regions.</summary>
internal static class Regional
{
    public static RegionalPlan? Of(Installation installation, Inputs inputs, IReadOnlyList<PoolPlan> pools, double users)
    {
        if (installation.Stage is not Stage.Regions) return null;
        var regions = (double)installation.Regions;
        var recovery = inputs["region.detection_seconds"] + inputs["region.promotion_seconds"] + inputs["region.dns_seconds"];
        return new RegionalPlan(
            users / regions,
            pools.Max(pool => UseAfterLoss(pool, regions)),
            $"{Wording.Number(inputs["region.record_copy_lag_seconds"])} s of records, {Wording.Number(inputs["region.original_copy_lag_minutes"])} min of originals",
            recovery,
            [
                "A user has a home region, where all that they write goes; the 12 bits of the shard in each id say which.",
                "Logical shards (4,096) are moved between databases, and with a user who moves, between regions; ids stay as they are.",
                $"Originals are copied to a second region within {Wording.Number(inputs["region.original_copy_lag_minutes"])} minutes; variants are made anew where they are missed.",
                $"Each catalogue shard has {Wording.Count(inputs["region.remote_replicas_per_shard"], "asynchronous replica", "asynchronous replicas")} in another region, {Wording.Number(inputs["region.record_copy_lag_seconds"])} s behind; a commit waits for the standby in its own region only.",
                $"Feeds and counts are eventually consistent: those of other regions are at most {Wording.Number(inputs["region.count_staleness_seconds"])} s behind.",
                "The global load balancer sends people to the nearest region that is healthy; requests for another home are passed on.",
                $"When a region is lost: noticed after {Wording.Number(inputs["region.detection_seconds"])} s, its remote replicas promoted after {Wording.Number(inputs["region.promotion_seconds"])} s more, clients there after {Wording.Number(inputs["region.dns_seconds"])} s more: {Wording.Milliseconds(recovery * 1000)} without service for its users.",
                "Redis and the events aren't copied: when a region is lost, its users sign in again, sweeps find the work that its queue held once its records are there, and its events are missing until it is back.",
                "Rooms are held by the home region of their image, so that nothing live crosses regions but by those who join from afar.",
            ]);
    }

    /// <summary>
    /// How full a pool is where it takes over its part of a lost region's users. Records stay on the servers that copied them: there the remote replicas
    /// alone answer what primaries and their replicas did.
    /// </summary>
    private static double UseAfterLoss(PoolPlan pool, double regions) =>
        pool.Name != "catalogue" ? pool.Use * regions / (regions - 1)
        : pool.RemoteReplicas == 0 ? pool.Use
        : pool.Limits.Max(limit => limit.Figure == "reads_per_second_per_replica" ? limit.Use * pool.Replicas / pool.RemoteReplicas : limit.Use);
}
