namespace PixelCraft.Capacity.Contracts;

/// <summary>The capacity model: what a number of users needs, what breaks when they are more, and what it costs. Pure: the same inputs give the same plan.</summary>
public static class Planner
{
    /// <summary>Where a walk, a curve and an axis of users begin when nobody says otherwise.</summary>
    public const long Fewest = 100;

    /// <summary>Where they end.</summary>
    public const long Most = 100_000_000;

    /// <summary>The powers of ten between, with both.</summary>
    public static IReadOnlyList<long> Sizes { get; } = [.. Walking.Stations(Fewest, Most)];

    /// <summary>The plan for the users of the inputs.</summary>
    public static CapacityPlan Plan(Inputs inputs) => Plan(inputs, inputs.Users);

    /// <summary>
    /// What an installation made for some users does under the load of others: nothing is added, and what breaks begins with what is broken already.
    /// </summary>
    /// <param name="inputs">With the users who come.</param>
    /// <param name="builtFor">The users for whom it was made.</param>
    public static CapacityPlan Plan(Inputs inputs, long builtFor)
    {
        var (sizing, users) = (new Sizing(inputs), inputs.Users);
        var installation = sizing.For(builtFor);
        var loads = sizing.Loads(installation.Stage);
        var pools = PoolPlans.Of(installation, inputs, loads, users);
        var costs = Costs.Of(installation, inputs, loads, users);
        var regional = Regional.Of(installation, inputs, pools, users);
        return new CapacityPlan(
            users, inputs.Changes, installation.Stage, Sizing.Why(installation.Stage, inputs), installation.Regions, installation.Servers,
            [.. LoadTable.All.Select(row => new LoadValue(row.Name, row.Title, loads.Of(row.Name, users), row.Unit, row.Formula.Text, loads.Arithmetic(row, users)))],
            pools, Latencies.Of(installation, inputs, loads, users), costs, Costs.Sum(costs, inputs),
            new Breakages(inputs).Of(installation, Math.Min(builtFor, users), users), Remarks.Of(installation, inputs, loads, users, regional), regional);
    }

    /// <summary>What breaks on the way from one number of users to another, when each time the first to break is changed for ten times as many.</summary>
    public static Walk Walk(Inputs inputs, long from, long to) =>
        new(from, to, inputs.Changes, [.. Walking.Steps(inputs, from, to)], [.. Walking.Stations(from, to).Select(users => Plan(inputs.With(users)))]);
}
