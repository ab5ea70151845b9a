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

    private enum Kind
    {
        NearShipped,
        Anywhere,
        Least,
        Most,
    }

    /// <summary>Up to eight inputs, each a third to three times what is shipped, anything within its bounds, or one of these.</summary>
    private static readonly Gen<Inputs> AnyInputs =
        from users in Users
        from changes in Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Double[0.33, 3], Gen.Int[0, 7], Gen.Double[0, 1]).List[0, 8]
        select Read(users, changes.Select(change => (change.Item1, change.Item2, change.Item3 < 4 ? Kind.NearShipped : (Kind)Math.Min(3, change.Item3 - 3), change.Item4)));

    [Fact]
    public void MoreUsers_NeverNeedFewerServers() => Gen.Select(AnyInputs, Gen.Double[1, 50]).Sample((inputs, times) =>
        Planner.Plan(inputs.With((long)Math.Min(Inputs.MostUsers, inputs.Users * times))).Servers >= Planner.Plan(inputs).Servers, iter: Times);

    /// <summary>A count can only become smaller where something else is changed for more users: at the breaks, wherever they are.</summary>
    [Fact]
    public void OneUserMore_AtABreak_NeverNeedsFewerServers() => AnyInputs.Sample(inputs =>
    {
        foreach (var users in Planner.Plan(inputs).Breaks.Select(broken => broken.Users).Distinct())
        {
            var (before, after) = (Planner.Plan(inputs.With(users - 1)), Planner.Plan(inputs.With(users)));
            Assert.True(after.Servers >= before.Servers, $"{users} users: {after.Servers} servers, one user less: {before.Servers}");
            if (after.Stage == before.Stage)
                Assert.All(before.Pools.Zip(after.Pools), pair => Assert.True(pair.Second.Servers >= pair.First.Servers, $"{users} users: {pair.Second.Servers} {pair.Second.Name}, one user less: {pair.First.Servers}"));
        }
    }, iter: 150);

    [Fact]
    public void MachinesThatGrow_KeepTheReplicasThatTheyHad() => Gen.Select(Gen.Double[5, 60], Gen.Double[0.2, 4], Gen.Double[3.5, 7.5]).Sample((queries, kilobytes, exponent) =>
    {
        // Where reads need several replicas, each size and each shard would need fewer than the one before when it is new.
        var inputs = Inputs.Read([new("queries_per_request", Text(queries)), new("metadata_kilobytes_per_image", Text(kilobytes * 100))], (long)Math.Pow(10, exponent)).Inputs;
        var catalogue = Planner.Plan(inputs.With(400_000)).Pools.SingleOrDefault(pool => pool.Name == "catalogue");
        Assert.NotNull(catalogue);
        var users = inputs.Users;
        for (var step = 0; step < 6; step++)
        {
            var broken = Planner.Plan(inputs.With(users)).Breaks.FirstOrDefault(one => one.Part == "catalogue");
            if (broken is null) return;
            Assert.True(Servers(broken.Users) >= Servers(broken.Users - 1), $"{broken.Users}: {Servers(broken.Users)} after {Servers(broken.Users - 1)}");
            users = broken.Users;
        }

        double Servers(long of) => Planner.Plan(inputs.With(of)).Pools.SingleOrDefault(pool => pool.Name == "catalogue")?.Servers ?? 0;
    }, iter: 40);

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
            && (pool.Name == "one_server" || inputs.Changes.Keys.Any(name => name.EndsWith("failures_survived", StringComparison.Ordinal))
                || pool.UseAfterFailure is null or <= 1 + 1e-6));
    }, iter: Times);

    [Theory]
    [InlineData("redis")]
    [InlineData("analytics")]
    public void Primaries_WithoutReplicas_AreAnOutageWhenTheyFail(string pool)
    {
        Assert.NotNull(Pool("1").UseAfterFailure);
        Assert.Null(Pool("0").UseAfterFailure);

        PoolPlan Pool(string replicas) => Planner.Plan(Inputs.Read([new($"{pool}.replicas_at_least", replicas)]).Inputs).Pools.Single(one => one.Name == pool);
    }

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

    /// <summary>Units: what one does twice as often, twice as many do; and a mega is a thousand kilos.</summary>
    [Theory]
    [InlineData("uploads_per_user_per_day", "uploads_per_day", "uploads_per_second", "thumbnails_per_day", "uploaded_terabytes_per_month", "growth_terabytes_per_month", "catalogue_growth_gigabytes_per_month")]
    [InlineData("image_views_per_user_per_month", "views_per_second", "variants_per_second", "edge_terabytes_per_month", "out_terabytes_per_month")]
    [InlineData("events_per_user_per_day", "events_per_second", "event_gigabytes")]
    [InlineData("images_per_user", "images", "original_terabytes", "stored_terabytes", "catalogue_gigabytes", "local_gigabytes")]
    [InlineData("minutes_online_per_active_user_per_day", "online", "connections")]
    [InlineData("live_minutes_per_active_user_per_day", "sockets", "moves_per_second", "updates_per_second")]
    [InlineData("mails_per_user_per_month", "mails_per_month")]
    public void TwiceTheBehaviour_IsTwiceTheUsers(string input, params string[] loads) => Gen.Long[1000, 1_000_000_000].Sample(users =>
    {
        var shipped = Inputs.Of(users);
        var (often, many) = (Planner.Plan(With(shipped, input, shipped[input] * 2)), Planner.Plan(Inputs.Of(users * 2)));
        Assert.All(loads, load => Near(Load(many, load), Load(often, load)));
    }, iter: 20);

    /// <summary>Each load by hand, from round inputs.</summary>
    [Theory]
    [InlineData("views_per_second", 0.1, "image_views_per_user_per_month=259200", "daily_peak_factor=1")]
    [InlineData("uploads_per_second", 0.02, "uploads_per_user_per_day=864", "daily_peak_factor=2")]
    [InlineData("events_per_second", 0.1, "events_per_user_per_day=8640", "daily_peak_factor=1")]
    [InlineData("online", 0.5, "active_share_per_day=1", "minutes_online_per_active_user_per_day=720", "daily_peak_factor=1")]
    [InlineData("sockets", 0.25, "active_share_per_day=1", "live_minutes_per_active_user_per_day=360", "daily_peak_factor=1")]
    [InlineData("original_terabytes", 0.001, "images_per_user=100", "original_megabytes=10")]
    [InlineData("catalogue_gigabytes", 0.001, "images_per_user=10", "metadata_kilobytes_per_image=100")]
    [InlineData("event_gigabytes", 0.001, "events_per_user_per_day=100", "event_bytes=100", "event_days_kept=100")]
    [InlineData("edge_terabytes_per_month", 0.001, "image_views_per_user_per_month=1000", "variants_per_view=10", "variant_kilobytes=100")]
    [InlineData("uploaded_terabytes_per_month", 0.0003, "uploads_per_user_per_day=1", "original_megabytes=10")]
    public void OneUser_IsTheLoadThatOneCalculatesByHand(string load, double value, params string[] inputs)
    {
        var result = Inputs.Read(inputs.Select(input => input.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1])), users: 1);
        Assert.Empty(result.Faults);
        Near(value, Load(Planner.Plan(result.Inputs), load));
    }

    [Fact]
    public void Numbers_AreNumbers() => AnyInputs.Sample(inputs =>
    {
        var plan = Planner.Plan(inputs);
        Assert.True(double.IsFinite(plan.Servers) && double.IsFinite(plan.Money.UsdPerMonth));
        Assert.All(plan.Latencies, time => Assert.True(time.MeanMilliseconds >= 0 && time.SlowMilliseconds >= time.MeanMilliseconds - 1e-9 && double.IsFinite(time.SlowMilliseconds), $"{time}"));
        Assert.DoesNotContain("NaN", PlanText.Table(plan), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", PlanText.Svg(plan), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", PlanText.Table(Planner.Walk(inputs, 1, inputs.Users)), StringComparison.Ordinal);
    }, iter: Times);

    private static void Near(double a, double b) => Assert.True(Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Abs(a)), $"{a} {b}");

    private static double Load(CapacityPlan plan, string name) => plan.Loads.Single(load => load.Name == name).Value;

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static Inputs Read(long users, IEnumerable<(int Name, double Times, Kind Kind, double Part)> changes)
    {
        var values = changes.Select(change =>
        {
            var file = Inputs.Shipped.First(file => file.Figures.Any(figure => file.FullName(figure) == Names[change.Name]));
            var figure = file.Figures.First(figure => file.FullName(figure) == Names[change.Name]);
            var value = change.Kind switch
            {
                Kind.Least => figure.Least,
                Kind.Most => figure.Most,
                Kind.NearShipped => Math.Clamp(figure.Value * change.Times, figure.Least, figure.Most),
                // By magnitude, so that small ones come as often as large ones.
                _ => Math.Clamp(Math.Pow(10, -6 + (change.Part * (6 + Math.Log10(figure.Most)))), figure.Least, figure.Most),
            };
            return KeyValuePair.Create(Names[change.Name], Text(value));
        });
        var result = Inputs.Read(values, Math.Max(1, users));
        Assert.Empty(result.Faults);
        return result.Inputs;
    }

    private static Inputs With(Inputs inputs, string name, double value) => Inputs.Read(
        [.. inputs.Changes.Select(pair => KeyValuePair.Create(pair.Key, Text(pair.Value))), KeyValuePair.Create(name, Text(value))],
        inputs.Users).Inputs;
}
