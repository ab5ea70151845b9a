using System.Globalization;
using CsCheck;
using PixelCraft.Capacity.Contracts;
using Xunit;

namespace PixelCraft.Tests.Capacity;

/// <summary>What holds for every plan, whatever the inputs are within their bounds.</summary>
public sealed class PlanPropertyTests
{
    private const int Times = 400;

    private static readonly string[] Names = [.. Inputs.Shipped.SelectMany(file => file.Figures.Select(file.FullName))];

    private static readonly Gen<long> Users = Gen.Double[0, 9.5].Select(exponent => (long)Math.Pow(10, exponent));

    /// <summary>Up to eight inputs, each a third to three times what is shipped, or anything within its bounds.</summary>
    private static readonly Gen<Inputs> AnyInputs =
        from users in Users
        from changes in Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Double[0.33, 3], Gen.Bool, Gen.Double[0, 1]).List[0, 8]
        select Read(users, changes);

    [Fact]
    public void MoreUsers_NeverNeedFewerServers() => Gen.Select(AnyInputs, Gen.Double[1, 50]).Sample((inputs, times) =>
        Planner.Plan(inputs.With((long)Math.Min(Inputs.MostUsers, inputs.Users * times))).Servers >= Planner.Plan(inputs).Servers, iter: Times);

    [Fact]
    public void HalvingAPrice_NeverRaisesTheCost()
    {
        var prices = Names.Where(name => name.Contains("price", StringComparison.Ordinal) && name.Contains("usd", StringComparison.Ordinal)).ToArray();
        Assert.True(prices.Length > 12);
        Gen.Select(AnyInputs, Gen.Int[0, prices.Length - 1]).Sample((inputs, i) =>
            Planner.Plan(With(inputs, prices[i], inputs[prices[i]] / 2)).Money.UsdPerMonth <= Planner.Plan(inputs).Money.UsdPerMonth, iter: Times);
    }

    [Fact]
    public void Parts_AddUp() => AnyInputs.Sample(inputs =>
    {
        var plan = Planner.Plan(inputs);
        Assert.Equal(plan.Servers, plan.Pools.Sum(pool => pool.Servers), 6);
        Near(plan.Money.UsdPerMonth, plan.Costs.Sum(line => line.UsdPerMonth));
        Near(plan.Money.UsdPerMonth, plan.Money.UsdPerUserPerMonth * plan.Users);
        Near(plan.Money.UsdPerMonth, plan.Money.RevenueNeededUsdPerMonth * inputs["infrastructure_share_of_revenue"]);
        Assert.All(plan.Pools, pool =>
        {
            Assert.Equal(pool.Servers, pool.ServersPerRegion * plan.Regions, 6);
            if (pool.Shards > 0) Assert.Equal(pool.ServersPerRegion, pool.Shards * (1 + pool.Replicas + pool.RemoteReplicas), 6);
        });
        Assert.All(plan.Costs, line => Assert.True(line.UsdPerMonth >= 0));
    }, iter: Times);

    [Fact]
    public void Servers_AreNeverFullerThanPlanned_NorOverloadedWhenOneFails() => AnyInputs.Sample(inputs =>
    {
        var plan = Planner.Plan(inputs);
        return plan.Pools.All(pool => pool.Use <= inputs["most_use"] + 1e-6
            && (pool.Name == "one_server" || inputs.Changes.Keys.Any(name => name.EndsWith("failures_survived", StringComparison.Ordinal) || name.EndsWith("replicas_at_least", StringComparison.Ordinal))
                || pool.UseAfterFailure is null or <= 1 + 1e-6));
    }, iter: Times);

    [Fact]
    public void Plan_WithOneServerLess_WouldNotDo() => Users.Sample(users =>
    {
        // Fewest: each pool's count is its least, or one less is over the plan in use, or can't have a failure.
        var inputs = Inputs.Of(users);
        return Planner.Plan(inputs).Pools.Where(pool => pool.Shards == 0 && pool.Name.Contains("_server", StringComparison.Ordinal) is false).All(pool =>
        {
            var (servers, use) = (pool.ServersPerRegion, pool.Use * pool.ServersPerRegion);
            var spare = inputs[$"{pool.Name}.spare_servers"];
            return servers <= inputs[$"{pool.Name}.servers_at_least"] || use / (servers - 1 - spare) > 0.6 - 1e-6 || use > servers - 2 - 1e-6;
        });
    }, iter: Times);

    [Fact]
    public void TheSameInUsersOrInBehaviour_IsTheSameLoad() => Gen.Int[1, 1000].Sample(times =>
    {
        // Units: a thousand who upload twice a day are two thousand who upload once.
        var (a, b) = (Planner.Plan(Inputs.Of(1000L * times)), Planner.Plan(Inputs.Of(1000)));
        return a.Loads.Zip(b.Loads).All(pair => Math.Abs(pair.First.Value - (pair.Second.Value * times)) <= 1e-9 * Math.Abs(pair.First.Value) + 1e-12);
    }, iter: 100);

    [Fact]
    public void Numbers_AreNumbers() => AnyInputs.Sample(inputs =>
    {
        var plan = Planner.Plan(inputs);
        Assert.True(double.IsFinite(plan.Servers) && double.IsFinite(plan.Money.UsdPerMonth));
        Assert.All(plan.Latencies, time => Assert.True(time.MeanMilliseconds >= 0 && time.SlowMilliseconds >= time.MeanMilliseconds - 1e-9 && double.IsFinite(time.SlowMilliseconds), $"{time}"));
        Assert.DoesNotContain("NaN", PlanText.Table(plan), StringComparison.Ordinal);
    }, iter: Times);

    private static void Near(double a, double b) => Assert.True(Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Abs(a)), $"{a} {b}");

    private static Inputs Read(long users, List<(int Name, double Times, bool IsWild, double Part)> changes)
    {
        var values = changes.Select(change =>
        {
            var file = Inputs.Shipped.First(file => file.Figures.Any(figure => file.FullName(figure) == Names[change.Name]));
            var figure = file.Figures.First(figure => file.FullName(figure) == Names[change.Name]);
            // Wild by magnitude, so that small ones come as often as large ones.
            var wild = Math.Max(figure.Least, Math.Pow(Math.Max(figure.Most, 1e-3), change.Part));
            return KeyValuePair.Create(Names[change.Name], Math.Clamp(change.IsWild ? wild : figure.Value * change.Times, figure.Least, figure.Most).ToString("R", CultureInfo.InvariantCulture));
        });
        var result = Inputs.Read(values, Math.Max(1, users));
        Assert.Empty(result.Faults);
        return result.Inputs;
    }

    private static Inputs With(Inputs inputs, string name, double value) => Inputs.Read(
        [.. inputs.Changes.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString("R", CultureInfo.InvariantCulture))), KeyValuePair.Create(name, value.ToString("R", CultureInfo.InvariantCulture))],
        inputs.Users).Inputs;
}
