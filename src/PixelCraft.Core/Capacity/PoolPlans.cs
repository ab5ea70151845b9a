using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>How full an installation's servers are, and how their number comes about.</summary>
internal static class PoolPlans
{
    /// <summary>Every pool of the installation, under the load of so many users.</summary>
    public static IReadOnlyList<PoolPlan> Of(Installation installation, Inputs inputs, Loads loads, double users) =>
        [.. Sizing.Pools(installation.Stage).Select(pool => Of(pool, installation.Pools[pool.Name], installation.Regions, inputs, loads, users / installation.Regions))];

    /// <summary>How full a pool is, of each thing, under the load of a region's users.</summary>
    public static IReadOnlyList<LimitUse> Uses(Pool pool, Need need, Inputs inputs, Loads loads, double users) => [.. pool.Limits.Select(limit =>
    {
        var load = loads.Of(limit.Load, users);
        var full = pool.Full(inputs, limit) * need.Size;
        var (all, afterFailure) = limit.Bearer switch
        {
            Bearer.Servers => (need.Servers, need.Servers - 1),
            Bearer.EachServer => (1, 1),
            // One of its replicas follows a primary; without any, what it held is out of service.
            Bearer.Primaries => (need.Shards, need.Replicas + need.Remote > 0 ? need.Shards : 0),
            _ => (need.Shards * need.Replicas, need.Shards * (need.Replicas - 1)),
        };
        return new LimitUse(limit.Figure, load, limit.Unit, full, load / full / all, afterFailure > 0 ? load / full / afterFailure : null);
    })];

    private static PoolPlan Of(Pool pool, Need need, int regions, Inputs inputs, Loads loads, double users)
    {
        var uses = Uses(pool, need, inputs, loads, users);
        return new PoolPlan(
            pool.Name, FigureFiles.Title(pool.Name), need.Servers * regions, need.Servers, need.Size, need.Shards, need.Replicas, need.Remote, Why(pool, need, inputs, uses), uses);
    }

    private static string Why(Pool pool, Need need, Inputs inputs, IReadOnlyList<LimitUse> uses)
    {
        var size = need.Size > 1 ? $"Machines {need.Size} times the smallest size. " : "";
        if (pool.IsSharded)
        {
            var fullest = uses.Where((_, i) => pool.Limits[i].Bearer is Bearer.Primaries).MaxBy(use => use.Use)!;
            var planned = fullest.Full * inputs["most_use"];
            return $"{size}{Wording.Number(fullest.Load)} {fullest.Unit} ÷ {Wording.Number(planned)} for a primary = {Wording.Number(fullest.Load / planned)}: "
                + $"{Wording.Count(need.Shards, "primary", "primaries")} with {Wording.Count(need.Replicas, "replica", "replicas")} each{(need.Remote > 0 ? $", and {Wording.Number(need.Remote)} in another region" : "")}.";
        }
        var most = uses.MaxBy(use => use.Use)!;
        var (carries, spare, failures) = (most.Full * inputs["most_use"], pool.Figure(inputs, "spare_servers"), pool.Figure(inputs, "failures_survived"));
        var byUse = $"{Wording.Number(most.Load)} {most.Unit} ÷ {Wording.Number(carries)} at {Wording.Percent(inputs["most_use"])} use = {Wording.Number(most.Load / carries)}"
            + (spare > 0 ? $", and {Wording.Number(spare)} to spare" : "");
        var byFailure = failures > 0 ? $"; ÷ {Wording.Number(most.Full)} when full = {Wording.Number(most.Load / most.Full)}, and {Wording.Number(failures)} may fail" : "";
        return $"{size}{byUse}{byFailure}; {Wording.Number(pool.Figure(inputs, "servers_at_least"))} at least: {Wording.Number(need.Servers)}.";
    }
}
