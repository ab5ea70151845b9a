using System.Text.Json.Serialization;
using PixelCraft.Http;

namespace PixelCraft.Capacity.Contracts;

/// <summary>How an installation is laid out; each has room for more users than the one before.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Stage>))]
public enum Stage
{
    /// <summary>One process on embedded stores.</summary>
    One,

    /// <summary>Three machines, each with a process of each role and a server of each database.</summary>
    Three,

    /// <summary>Machines of their own for each role and database.</summary>
    Separate,

    /// <summary>That in several regions, each the home of a part of the users.</summary>
    Regions,
}

/// <summary>What a number of users needs, and what that costs. JSON numbers are in the units that their names say.</summary>
/// <param name="Users">How many users.</param>
/// <param name="Changed">The figures that aren't as shipped.</param>
/// <param name="Stage">How the installation is laid out.</param>
/// <param name="StageWhy">Why it is this one.</param>
/// <param name="Regions">How many regions.</param>
/// <param name="Servers">All servers.</param>
/// <param name="Loads">The load on everything, with its arithmetic.</param>
/// <param name="Pools">The servers, by kind.</param>
/// <param name="Latencies">How long things take.</param>
/// <param name="Costs">The monthly cost by line.</param>
/// <param name="Money">The cost as a whole.</param>
/// <param name="Breaks">What is too little when there are more users than these servers can take, the first first.</param>
/// <param name="Remarks">What doesn't fit together, and what isn't in the figures.</param>
/// <param name="Regional">What holds between regions; null with one.</param>
public sealed record CapacityPlan(
    long Users, IReadOnlyDictionary<string, double> Changed, Stage Stage, string StageWhy, int Regions, double Servers,
    IReadOnlyList<LoadValue> Loads, IReadOnlyList<PoolPlan> Pools, IReadOnlyList<Latency> Latencies,
    IReadOnlyList<CostLine> Costs, Money Money, IReadOnlyList<Breakage> Breaks, IReadOnlyList<Remark> Remarks, RegionalPlan? Regional);

/// <summary>A load.</summary>
/// <param name="Name">As formulas call it.</param>
/// <param name="Title">For people.</param>
/// <param name="Value">How much, everywhere together; what is per second, in the busiest hour of a day.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Formula">From which inputs and loads.</param>
/// <param name="Arithmetic">The same in numbers.</param>
public sealed record LoadValue(string Name, string Title, double Value, string Unit, string Formula, string Arithmetic);

/// <summary>Servers of one kind.</summary>
/// <param name="Name">Of its figures.</param>
/// <param name="Title">For people.</param>
/// <param name="Servers">How many, in all regions.</param>
/// <param name="ServersPerRegion">How many in each.</param>
/// <param name="Size">How many times as large as the smallest machine.</param>
/// <param name="Shards">Primaries in each region; 0 for servers without.</param>
/// <param name="Replicas">Of each primary, in the same region.</param>
/// <param name="RemoteReplicas">Of each primary, in another region.</param>
/// <param name="Why">The arithmetic of the count.</param>
/// <param name="Limits">What they carry, and how full that makes them.</param>
public sealed record PoolPlan(
    string Name, string Title, double Servers, double ServersPerRegion, int Size, double Shards, double Replicas, double RemoteReplicas, string Why, IReadOnlyList<LimitUse> Limits)
{
    /// <summary>How full they are, of what is fullest.</summary>
    public double Use => Limits.Max(limit => limit.Use);

    /// <summary>The same while one has failed; null when what it carried is out of service then.</summary>
    public double? UseAfterFailure => Limits.Any(limit => limit.UseAfterFailure is null) ? null : Limits.Max(limit => limit.UseAfterFailure);
}

/// <summary>How full servers are of one thing, in one region.</summary>
/// <param name="Figure">The capacity that counts.</param>
/// <param name="Load">How much.</param>
/// <param name="Unit">Of the load.</param>
/// <param name="Full">What one of them carries when it is full.</param>
/// <param name="Use">The load by what all carry when they are full.</param>
/// <param name="UseAfterFailure">The same while one has failed; null when what it carried is out of service then.</param>
public sealed record LimitUse(string Figure, double Load, string Unit, double Full, double Use, double? UseAfterFailure);

/// <summary>How long something takes at the peak hour.</summary>
/// <param name="What">What.</param>
/// <param name="MeanMilliseconds">On average.</param>
/// <param name="SlowMilliseconds">The same with waiting as long as 99 of 100 have at most.</param>
/// <param name="Why">What it is made of.</param>
public sealed record Latency(string What, double MeanMilliseconds, double SlowMilliseconds, string Why);

/// <summary>A line of the monthly cost.</summary>
/// <param name="What">What is paid for.</param>
/// <param name="Arithmetic">How it is calculated.</param>
/// <param name="UsdPerMonth">How much.</param>
public sealed record CostLine(string What, string Arithmetic, double UsdPerMonth);

/// <summary>The cost as a whole.</summary>
/// <param name="UsdPerMonth">All lines.</param>
/// <param name="UsdPerUserPerMonth">By the users.</param>
/// <param name="ShareOfRevenue">The part of the revenue that infrastructure may cost.</param>
/// <param name="RevenueNeededUsdPerMonth">From here on it costs less than that.</param>
/// <param name="BreakEvenUsersAt1Usd">As many who pay $1 a month pay for it.</param>
/// <param name="BreakEvenUsersAt10Usd">As many who pay $10.</param>
public sealed record Money(double UsdPerMonth, double UsdPerUserPerMonth, double ShareOfRevenue, double RevenueNeededUsdPerMonth, long BreakEvenUsersAt1Usd, long BreakEvenUsersAt10Usd);

/// <summary>What is too little from a number of users on.</summary>
/// <param name="Users">The first number of users for which it is.</param>
/// <param name="Part">What: a resource's name, or "layout" or "region".</param>
/// <param name="Title">For people.</param>
/// <param name="Why">What is too much for it.</param>
/// <param name="Change">What to do.</param>
/// <param name="Before">What there is.</param>
/// <param name="After">What there is then.</param>
public sealed record Breakage(long Users, string Part, string Title, string Why, string Change, string Before, string After);

/// <summary>The kinds of remarks.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RemarkKind>))]
public enum RemarkKind
{
    /// <summary>Inputs that contradict one another.</summary>
    Contradiction,

    /// <summary>What this version of the program can't do yet.</summary>
    NotYet,

    /// <summary>What the figures leave out.</summary>
    LeftOut,
}

/// <summary>Something to know about a plan.</summary>
/// <param name="Kind">Of what kind.</param>
/// <param name="Text">What.</param>
public sealed record Remark(RemarkKind Kind, string Text);

/// <summary>What holds between regions.</summary>
/// <param name="UsersPerRegion">Users whose home each is.</param>
/// <param name="UseAfterLoss">How full servers are in the regions that are left when one is lost.</param>
/// <param name="RecoveryPoint">What can be lost with a region.</param>
/// <param name="RecoverySeconds">For how long its users are without service.</param>
/// <param name="Rules">How data is kept in several regions.</param>
public sealed record RegionalPlan(double UsersPerRegion, double UseAfterLoss, string RecoveryPoint, double RecoverySeconds, IReadOnlyList<string> Rules);

/// <summary>What happens on the way from one number of users to another.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
/// <param name="Changed">The figures that aren't as shipped.</param>
/// <param name="Steps">What breaks on the way, when all before it has been changed.</param>
/// <param name="Stations">The plans at both ends and each power of ten between.</param>
public sealed record Walk(long From, long To, IReadOnlyDictionary<string, double> Changed, IReadOnlyList<Breakage> Steps, IReadOnlyList<CapacityPlan> Stations);
