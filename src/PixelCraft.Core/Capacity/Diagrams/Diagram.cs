using PixelCraft.Capacity.Contracts;
using static PixelCraft.Capacity.Contracts.Wording;

namespace PixelCraft.Capacity.Diagrams;

/// <summary>A box of an architecture diagram.</summary>
/// <param name="Id">A resource's name, or <c>clients</c>.</param>
/// <param name="Title">What it is.</param>
/// <param name="Lines">What is said of it.</param>
/// <param name="Servers">As many small squares are drawn; 0 for what is no server of ours.</param>
/// <param name="Broken">Why it is too little; null when it is enough.</param>
/// <param name="Row">From the top.</param>
internal sealed record Box(string Id, string Title, IReadOnlyList<string> Lines, double Servers, string? Broken, int Row)
{
    /// <summary>How large the machines are; null for the smallest.</summary>
    public string? Size { get; init; }

    /// <summary>Whether requests come to it from the row above; workers take theirs from the queue.</summary>
    public bool IsAsked => Id != "worker";
}

/// <summary>What an architecture diagram shows, before it is decided how it is drawn.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Boxes">By row, from the left.</param>
/// <param name="Frame">What is written at the frame around the servers; null without a frame.</param>
/// <param name="Foot">What is written at its lower end; null with one region.</param>
/// <param name="Notices">What is too little as a whole.</param>
internal sealed record Diagram(string Title, IReadOnlyList<Box> Boxes, string? Frame, string? Foot, IReadOnlyList<string> Notices)
{
    /// <summary>The diagram of a plan. Red is what breaks at a number of users that has been reached.</summary>
    public static Diagram Of(CapacityPlan plan)
    {
        var broken = plan.Breaks.Where(broken => broken.Users <= plan.Users).ToList();
        var loads = plan.Loads.ToDictionary(load => load.Name, load => load.Value);
        var boxes = new List<Box>
        {
            new("clients", "Browsers, CLI, SDK", [$"{Number(plan.Users)} users, {Number(Math.Round(loads["online"]))} there at the peak hour"], 0, null, 0),
        };
        if (plan.Stage is not Stage.One)
            boxes.Add(new Box("edge", "Edge", [$"{Number(loads["edge_terabytes_per_month"])} TB a month, {Number(loads["variants_per_second"])} variants/s"], 0, null, 1));
        foreach (var pool in plan.Pools)
        {
            var reason = broken.FirstOrDefault(one => one.Part == pool.Name || (one.Part == Breakages.Layout && plan.Pools.Count == 1))?.Why;
            boxes.Add(new Box(pool.Name, pool.Title, LinesOf(pool), pool.ServersPerRegion, reason, RowOf(pool)) { Size = pool.Size > 1 ? $"size {pool.Size}" : null });
        }
        if (plan.Stage is not Stage.One)
            boxes.Add(new Box("object_store", "Object store", [$"{Number(loads["stored_terabytes"] / plan.Regions)} TB, + {Number(loads["growth_terabytes_per_month"] / plan.Regions)} TB a month", $"{Number(loads["out_terabytes_per_month"] / plan.Regions)} TB a month out"], 0, null, 4));
        return new Diagram(
            $"PixelCraft for {Number(plan.Users)} users: {Count(plan.Servers, "server", "servers")}, {Usd(plan.Money.UsdPerMonth)} a month",
            [.. boxes.OrderBy(box => box.Row)],
            plan.Regions > 1 ? $"Each of {plan.Regions} regions: home of {Number(plan.Users / (double)plan.Regions)} users" : null,
            plan.Regional is { } regional ? $"Copied to another region: originals and catalogue. Lost with a region: {regional.RecoveryPoint}; its users are back in {Milliseconds(regional.RecoverySeconds * 1000)}." : null,
            [.. broken.Where(one => one.Part is Breakages.Region or Breakages.Program).Select(one => one.Why)]);
    }

    private static IReadOnlyList<string> LinesOf(PoolPlan pool)
    {
        var fullest = pool.Limits.MaxBy(limit => limit.Use)!;
        var load = $"{Number(Math.Abs(fullest.Load) >= 100 ? Math.Round(fullest.Load) : fullest.Load)} {fullest.Unit}: {Percent(fullest.Use)} full";
        return pool.Shards > 0 ? [$"{Count(pool.Shards, "primary", "primaries")}, {Count(pool.Replicas, "replica", "replicas")} each", load] : [load];
    }

    private static int RowOf(PoolPlan pool) => pool.Name switch
    {
        "load_balancer" => 2,
        "web" or "realtime" or "worker" or "one_server" or "three_servers" => 3,
        _ => 4,
    };
}
