using PixelCraft.Capacity.Contracts;
using static PixelCraft.Capacity.Contracts.Wording;

namespace PixelCraft.Capacity.Reports;

/// <summary>What is told of one plan, and of several.</summary>
internal static class PlanReport
{
    public static Report Of(CapacityPlan plan) => new(
        $"{Count(plan.Users, "user", "users")}: {Count(plan.Servers, "server", "servers")}, {Usd(plan.Money.UsdPerMonth)} a month",
        plan.StageWhy,
        [Breaks(plan), Servers(plan), Cost(plan), Meaning(plan), Times(plan), Loads(plan), Between(plan), Changed(plan)],
        [.. plan.Remarks.Select(remark => $"{Kind(remark.Kind)}: {remark.Text}")]);

    public static Report Of(Walk walk) => new(
        $"From {Number(walk.From)} to {Number(walk.To)} users",
        "What breaks first, next and so on, when each time only that is changed, for ten times as many users.",
        [
            new Section("What breaks", ["users ", "what", "why", "what to change", "from", "to"], [.. walk.Steps.Select(step => (IReadOnlyList<string>)[Number(step.Users), step.Title, step.Why, step.Change, step.Before, step.After])]),
            Stations(walk.Stations),
        ],
        [.. walk.Stations.SelectMany(plan => plan.Remarks).Where(remark => remark.Kind is not RemarkKind.LeftOut)
            .Reverse().DistinctBy(remark => (remark.Kind, string.Concat(remark.Text.Where(char.IsAsciiLetter)))).Select(remark => $"{Kind(remark.Kind)}: {remark.Text}")]);

    /// <summary>Plans of several sizes, one a row.</summary>
    public static Section Stations(IReadOnlyList<CapacityPlan> plans) => new(
        "What it takes", ["users ", "layout", "servers ", "web ", "realtime ", "workers ", "catalogue ", "Redis ", "storage ", "a month ", "a user ", $"under {Percent(plans[0].Money.ShareOfRevenue)} from "],
        [.. plans.Select(plan => (IReadOnlyList<string>)
        [
            Number(plan.Users), Layout(plan), Number(plan.Servers), Of(plan, "web"), Of(plan, "realtime"), Of(plan, "worker"), Of(plan, "catalogue"), Of(plan, "redis"),
            Number(plan.Loads.First(load => load.Name == "stored_terabytes").Value) + " TB", Usd(plan.Money.UsdPerMonth), Usd(plan.Money.UsdPerUserPerMonth), Usd(plan.Money.RevenueNeededUsdPerMonth),
        ])]);

    private static Section Breaks(CapacityPlan plan) => new(
        "What breaks first, with these servers", ["at users ", "what", "why", "what to change"],
        [.. plan.Breaks.Select(broken => (IReadOnlyList<string>)[Number(broken.Users), broken.Title, broken.Why, $"{broken.Change} ({broken.Before} to {broken.After})"])]);

    internal static Section Servers(CapacityPlan plan) => new(
        plan.Regions > 1 ? $"Servers, in {plan.Regions} regions" : "Servers", ["what", "count ", "use at peak ", "one failed ", "arithmetic"],
        [.. plan.Pools.Select(pool => (IReadOnlyList<string>)
            [pool.Title, Number(pool.Servers), Percent(pool.Use), pool.UseAfterFailure is { } use ? Percent(use) : "outage", (plan.Regions > 1 ? "In each region: " : "") + pool.Why])]);

    internal static Section Cost(CapacityPlan plan) => new(
        "Cost a month", ["what", "USD ", "arithmetic"],
        [
            .. plan.Costs.Select(line => (IReadOnlyList<string>)[line.What, Usd(line.UsdPerMonth), line.Arithmetic]),
            ["Total", Usd(plan.Money.UsdPerMonth), ""],
        ]);

    private static Section Meaning(CapacityPlan plan) => new(
        "What that means", ["", " ", ""],
        [
            ["A user a month", Usd(plan.Money.UsdPerUserPerMonth), $"{Usd(plan.Money.UsdPerMonth)} ÷ {Number(plan.Users)}"],
            [$"Under {Percent(plan.Money.ShareOfRevenue)} of the revenue from", Usd(plan.Money.RevenueNeededUsdPerMonth), "a month"],
            ["Paid for at $1 a month by", Number(plan.Money.BreakEvenUsersAt1Usd), $"users (about {Number(Rounded(plan.Money.BreakEvenUsersAt1Usd))})"],
            ["Paid for at $10 a month by", Number(plan.Money.BreakEvenUsersAt10Usd), $"users (about {Number(Rounded(plan.Money.BreakEvenUsersAt10Usd))})"],
        ]);

    internal static Section Times(CapacityPlan plan) => new(
        "Times at the peak hour", ["what", "mean ", "with a long wait ", "made of"],
        [.. plan.Latencies.Select(time => (IReadOnlyList<string>)[time.What, Milliseconds(time.MeanMilliseconds), Milliseconds(time.SlowMilliseconds), time.Why])]);

    internal static Section Loads(CapacityPlan plan) => new(
        "Load at the peak hour, storage and transfer", ["what", " ", "unit", "arithmetic"],
        [.. plan.Loads.Select(load => (IReadOnlyList<string>)[load.Title, Number(load.Value), load.Unit, load.Arithmetic])]);

    private static Section Between(CapacityPlan plan) => new(
        "Between regions", ["what"],
        plan.Regional is not { } regional ? [] :
        [
            [$"{Number(regional.UsersPerRegion)} users have their home in each region."],
            [$"When one is lost, the servers of the others are {Percent(regional.UseAfterLoss)} full at most."],
            [$"Recovery point: {regional.RecoveryPoint}. Recovery time: {Milliseconds(regional.RecoverySeconds * 1000)}."],
            .. regional.Rules.Select(rule => (IReadOnlyList<string>)[rule]),
        ]);

    private static Section Changed(CapacityPlan plan) => new(
        "Inputs that aren't as shipped", ["input", "value ", "shipped "],
        [.. plan.Changed.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (IReadOnlyList<string>)[pair.Key, Number(pair.Value), Number(FigureFiles.ByName[pair.Key].Value)])]);

    internal static string Layout(CapacityPlan plan) => plan.Stage switch
    {
        Stage.One => "one server",
        Stage.Three => "three servers",
        Stage.Separate => "separate",
        _ => $"{plan.Regions} regions",
    };

    private static string Of(CapacityPlan plan, string pool) => plan.Pools.FirstOrDefault(one => one.Name == pool) is { } found ? Number(found.Servers) : "";

    private static string Kind(RemarkKind kind) => kind switch
    {
        RemarkKind.Contradiction => "Contradiction",
        RemarkKind.NotYet => "Not in this version",
        _ => "Left out",
    };

    /// <summary>Two digits: what is calculated from planning figures is not known better.</summary>
    private static double Rounded(double number)
    {
        var step = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(Math.Max(1, number))) - 1));
        return Math.Round(number / step) * step;
    }
}
