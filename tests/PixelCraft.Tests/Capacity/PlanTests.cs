using PixelCraft.Capacity.Contracts;
using Xunit;

namespace PixelCraft.Tests.Capacity;

public sealed class PlanTests
{
    /// <summary>The planning figures of the architecture for this size, by calculation from what one server carries.</summary>
    [Theory]
    [InlineData("web", 10)]
    [InlineData("realtime", 3)]
    [InlineData("worker", 5)]
    [InlineData("load_balancer", 2)]
    [InlineData("catalogue", 3)]
    [InlineData("analytics", 2)]
    [InlineData("redis", 6)]
    public void Plan_OfAMillion_HasThePlannedServers(string pool, double servers) => Assert.Equal(servers, Servers(Plan(1_000_000), pool));

    [Theory]
    [InlineData("Web servers", 200)]
    [InlineData("Realtime servers", 120)]
    [InlineData("Workers", 100)]
    [InlineData("Catalogue", 600)]
    [InlineData("Analytics", 200)]
    [InlineData("Redis Cluster", 150)]
    [InlineData("Storage", 230)]
    [InlineData("Transfer out of the store", 450)]
    [InlineData("Edge (CDN)", 25)]
    [InlineData("Domain", 15)]
    [InlineData("Error tracking", 26)]
    public void Plan_OfAMillion_CostsWhatIsPlanned(string line, double usd) =>
        Assert.Equal(usd, Plan(1_000_000).Costs.Single(cost => cost.What == line).UsdPerMonth, 6);

    [Fact]
    public void Plan_OfAMillion_IsPaidForByWhatIsPlanned()
    {
        var plan = Plan(1_000_000);
        Assert.Equal(2116, plan.Money.UsdPerMonth, 6);
        Assert.Equal(2116, plan.Money.BreakEvenUsersAt1Usd);
        Assert.Equal(212, plan.Money.BreakEvenUsersAt10Usd);
        Assert.Equal(10_580, plan.Money.RevenueNeededUsdPerMonth, 6);
        Assert.Equal(0.2, plan.Money.UsdPerMonth / plan.Money.RevenueNeededUsdPerMonth, 9);
        Assert.Contains("about 2,100", PlanText.Table(plan), StringComparison.Ordinal);
        Assert.Contains("about 210", PlanText.Table(plan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connections", 10_000)]
    [InlineData("sockets", 10_000)]
    [InlineData("thumbnails_per_day", 100_000)]
    [InlineData("images", 1_000_000)]
    [InlineData("stored_terabytes", 10)]
    [InlineData("catalogue_gigabytes", 100)]
    [InlineData("out_terabytes_per_month", 5)]
    public void Plan_OfAMillion_CarriesWhatIsPlanned(string load, double value) =>
        Assert.Equal(value, Plan(1_000_000).Loads.Single(one => one.Name == load).Value, 6);

    [Theory]
    [InlineData("web.connections_per_server", "2000", "web", 5)]
    [InlineData("web.connections_per_server", "500", "web", 20)]
    [InlineData("realtime.sockets_per_server", "2500", "realtime", 5)]
    [InlineData("realtime.spare_servers", "3", "realtime", 5)]
    [InlineData("worker.thumbnails_per_server_per_day", "10000", "worker", 10)]
    [InlineData("uploads_per_user_per_day", "2", "worker", 400)]
    [InlineData("daily_peak_factor", "6", "worker", 10)]
    [InlineData("daily_peak_factor", "6", "web", 20)]
    [InlineData("minutes_online_per_active_user_per_day", "48", "web", 20)]
    [InlineData("metadata_kilobytes_per_image", "400", "catalogue", 9)]
    [InlineData("most_use", "0.3", "web", 20)]
    public void Plan_AnInputIsChanged_TheCountChanges(string input, string value, string pool, double servers) =>
        Assert.Equal(servers, Servers(Plan(1_000_000, (input, value)), pool));

    [Fact]
    public void Plan_WithShippedFigures_FlagsThatUploadsOutrunTheRecords()
    {
        var flagged = Plan(1_000_000).Remarks.Where(remark => remark.Kind is RemarkKind.Contradiction).ToList();
        Assert.StartsWith("25,000 uploads a day pass 1,000,000 records in 40 days.", Assert.Single(flagged).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Plan(1_000_000, ("uploads_per_user_per_day", "0.001")).Remarks, remark => remark.Kind is RemarkKind.Contradiction);
    }

    [Theory]
    [InlineData("read_share", "0.999", "Lower read_share")]
    [InlineData("live_minutes_per_active_user_per_day", "30", "live for longer")]
    [InlineData("active_share_per_day", "0", "Nobody is ever there")]
    [InlineData("metadata_kilobytes_per_image", "0", "take no room")]
    [InlineData("uploads_per_user_per_day", "10000", "servers are more than any installation has")]
    public void Plan_InputsThatContradictOneAnother_AreFlagged(string input, string value, string text) =>
        Assert.Contains(Plan(1_000_000, (input, value)).Remarks, remark => remark.Kind is RemarkKind.Contradiction && remark.Text.Contains(text, StringComparison.Ordinal));

    [Theory]
    [InlineData(100)]
    [InlineData(50_000)]
    [InlineData(1_000_000)]
    [InlineData(30_000_000)]
    [InlineData(100_000_000)]
    public void Breaks_AreWhereThePlanWantsMore_AndNotBefore(long users)
    {
        var plan = Plan(users);
        Assert.NotEmpty(plan.Breaks);
        Assert.Equal(plan.Breaks.OrderBy(broken => broken.Users), plan.Breaks);
        var first = plan.Breaks[0];
        Assert.True(first.Users > users);
        Assert.Equal(Shape(plan), Shape(Plan(first.Users - 1)));
        Assert.NotEqual(Shape(plan), Shape(Plan(first.Users)));
        Assert.All(plan.Breaks, broken => Assert.True(broken.Why.Length > 0 && broken.Change.Length > 0 && broken.Before != broken.After));
    }

    [Fact]
    public void Plan_OfServersMadeForFewer_SaysWhatIsBroken()
    {
        var plan = Planner.Plan(Inputs.Of(2_000_000), builtFor: 1_000_000);
        Assert.Equal(10, Servers(plan, "web"));
        var broken = plan.Breaks.Where(one => one.Users <= plan.Users).Select(one => one.Part).ToList();
        Assert.Equal(["web", "realtime", "worker", "catalogue", "analytics"], broken);
        Assert.Equal(1.2, plan.Pools.Single(pool => pool.Name == "web").Use, 6);
    }

    [Fact]
    public void Walk_FromAHundredToAHundredMillion_ComesByEveryKindOfChange()
    {
        var walk = Planner.Walk(Inputs.Of(1), 100, 100_000_000);
        Assert.Equal(walk.Steps.OrderBy(step => step.Users), walk.Steps);
        Assert.Equal([100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000], walk.Stations.Select(plan => plan.Users));
        var first = walk.Steps[0];
        Assert.Equal((101, "layout"), (first.Users, first.Part));
        Assert.All(new[] { "layout", "web", "realtime", "worker", "load_balancer", "catalogue", "analytics", "redis", "program", "region" }, part => Assert.Contains(walk.Steps, step => step.Part == part));
        Assert.All(new[] { "bigger machine", "More web servers", "More shards", "edge", "Regions", "process of each role" }, what => Assert.Contains(walk.Steps, step => step.Change.Contains(what, StringComparison.Ordinal)));
    }

    [Fact]
    public void Walk_TellsWhatThisVersionCanNotDo_WhereThePlanDoes()
    {
        var walk = Planner.Walk(Inputs.Of(1), 100, 100_000_000);
        var step = Assert.Single(walk.Steps, step => step.Part == "program");
        Assert.True(Catalogue(step.Users - 1) <= 4 && Catalogue(step.Users) > 4);

        double Catalogue(long users) => Plan(users).Pools.Single(pool => pool.Name == "catalogue").Shards;
    }

    [Fact]
    public void Walk_WhatBreaksAtTheSameNumber_IsToldAtIt()
    {
        // As many sockets as connections, and servers for as many of either.
        var walk = Planner.Walk(Inputs.Read([new("realtime.sockets_per_server", "1000"), new("realtime.spare_servers", "0")]).Inputs, 100_000, 1_000_000);
        var (web, realtime) = (walk.Steps.First(step => step.Part == "web").Users, walk.Steps.First(step => step.Part == "realtime").Users);
        Assert.Equal(web, realtime);
    }

    [Theory]
    [InlineData("0", "50")]
    [InlineData("4", "50")]
    public void Times_WithALongWait_AreTheWork_AndThatWait(string variants, string tick)
    {
        var plan = Planner.Plan(Inputs.Read([new("variants_per_image", variants), new("realtime.tick_milliseconds", tick), new("queries_per_request", "0")]).Inputs);
        // 10 servers with 2 processors each, 1,000 requests a second when full: 2 ms of work; by the formula of M/M/c.
        var page = plan.Latencies[0];
        var load = plan.Loads.Single(one => one.Name == "requests_per_second").Value;
        var queue = new PixelCraft.Capacity.Queue(20, 0.002, load);
        Assert.Equal(2 + (queue.MeanWaitSeconds * 1000), page.MeanMilliseconds, 6);
        Assert.Equal(Math.Max(2 + (queue.WaitSeconds(0.01) * 1000), page.MeanMilliseconds), page.SlowMilliseconds, 6);

        // A job is one image: its four variants of 1.152 s one after the other, in 5 workers of 2 processors.
        var job = plan.Latencies.Single(time => time.What == "From an upload to its variants");
        var seconds = double.Parse(variants, System.Globalization.CultureInfo.InvariantCulture) * 2 / (20_000 / 0.6 * 3 / 86_400);
        var workers = Servers(plan, "worker");
        var jobs = new PixelCraft.Capacity.Queue(workers * 2, seconds, plan.Loads.Single(one => one.Name == "uploads_per_second").Value);
        Assert.Equal((seconds + jobs.MeanWaitSeconds) * 1000, job.MeanMilliseconds, 6);
        Assert.Equal(Math.Max(seconds + jobs.WaitSeconds(0.01), seconds + jobs.MeanWaitSeconds) * 1000, job.SlowMilliseconds, 6);
    }

    [Fact]
    public void Regions_TooFewForTheLossOfOne_AreFlagged()
    {
        var two = Plan(80_000_000, ("region.regions_at_least", "2"));
        Assert.Equal(2, two.Regions);
        Assert.InRange(two.Regional!.UseAfterLoss, 1.1, 1.2 + 1e-9);
        Assert.Contains(two.Remarks, remark => remark.Kind is RemarkKind.Contradiction && remark.Text.StartsWith("When a region is lost, servers of the others are", StringComparison.Ordinal));
        Assert.Contains(Plan(80_000_000, ("region.remote_replicas_per_shard", "0")).Remarks, remark => remark.Text.Contains("so are its records", StringComparison.Ordinal));
        Assert.DoesNotContain(Plan(100_000_000).Remarks, remark => remark.Text.StartsWith("When a region is lost", StringComparison.Ordinal));
    }

    [Fact]
    public void Costs_ThatAreNothing_AreAShareOfNothing()
    {
        var prices = Inputs.Shipped.SelectMany(file => file.Figures.Select(file.FullName)).Where(name => name.Contains("price", StringComparison.Ordinal) && name.Contains("usd", StringComparison.Ordinal));
        var plan = Plan(1_000_000, [.. prices.Select(name => (name, "0"))]);
        Assert.Equal(0, plan.Money.UsdPerMonth);
        Assert.Contains("Under 20% of the revenue", PlanText.Table(plan), StringComparison.Ordinal);
    }

    [Fact]
    public void Curves_FollowTheInputs_AndTheServersThatAreThere()
    {
        var (grows, dearer, users) = (Cost(Inputs.Of(1000), null), Cost(Inputs.Read([new("web.price_usd_per_server_per_month", "90")], 1000).Inputs, null), Cost(Inputs.Of(100_000), null));
        Assert.NotEqual(Line(grows), Line(dearer));
        Assert.Equal(Line(grows), Line(users));
        Assert.NotEqual(grows, users);
        Assert.NotEqual(Line(grows), Line(Cost(Inputs.Of(1000), 1_000_000)));
        // Beyond what the servers carry waiting has no end, and the line none to show.
        var (fixedTimes, growing) = (Points(Curve.TimeSvg(Inputs.Of(1000), 1_000_000, "")), Points(Curve.TimeSvg(Inputs.Of(1000), null, "")));
        Assert.True(fixedTimes < growing);
        Assert.Equal(49, growing);

        static string Cost(Inputs inputs, long? builtFor) => Curve.CostSvg(inputs, builtFor, "");
        static string Line(string svg) => svg.Split("<polyline")[1].Split("/>")[0];
        static int Points(string svg) => Line(svg).Count(c => c == ',');
    }

    [Fact]
    public void Walk_WhereReadsAreMany_AddsReplicas() =>
        Assert.Contains(Planner.Walk(Inputs.Read([new("queries_per_request", "30"), new("catalogue.writes_per_second_per_primary", "10000"), new("metadata_kilobytes_per_image", "1")]).Inputs, 1_000_000, 5_000_000).Steps,
            step => step.Change.Contains("More replicas", StringComparison.Ordinal));

    [Fact]
    public void Plan_OfAHundredMillion_HasRegions_AndSaysWhatALossOfOneMeans()
    {
        var plan = Plan(100_000_000);
        Assert.Equal(3, plan.Regions);
        var regional = plan.Regional!;
        // 60% in three regions are 90% in two.
        Assert.InRange(regional.UseAfterLoss, 0.85, 0.9 + 1e-9);
        Assert.Equal(420, regional.RecoverySeconds);
        Assert.Equal("5 s of records, 15 min of originals", regional.RecoveryPoint);
        Assert.All(new[] { "home region", "4,096", "Originals are copied", "eventually consistent", "nearest region", "region is lost" },
            what => Assert.Contains(regional.Rules, rule => rule.Contains(what, StringComparison.Ordinal)));
        Assert.Contains(plan.Costs, cost => cost.What == "Storage, originals in a second region" && cost.UsdPerMonth > 0);
        Assert.Contains(plan.Remarks, remark => remark.Kind is RemarkKind.NotYet && remark.Text.StartsWith("Regions", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40_000_000, 1)]
    [InlineData(40_000_001, 3)]
    [InlineData(120_000_000, 3)]
    [InlineData(120_000_001, 6)]
    [InlineData(240_000_001, 12)]
    public void Regions_ThatAreFull_AreDividedInTwo(long users, int regions)
    {
        var plan = Plan(users);
        Assert.Equal(regions, plan.Regions);
        Assert.All(plan.Pools.Zip(Plan(users - 1).Pools), pair => Assert.True(pair.First.Servers >= pair.Second.Servers, pair.First.Name));
    }

    internal static CapacityPlan Plan(long users, params (string Name, string Value)[] changes)
    {
        var result = Inputs.Read(changes.Select(change => KeyValuePair.Create(change.Name, change.Value)), users);
        Assert.Empty(result.Faults);
        return Planner.Plan(result.Inputs);
    }

    private static double Servers(CapacityPlan plan, string pool) => plan.Pools.Single(one => one.Name == pool).Servers;

    private static string Shape(CapacityPlan plan) => string.Join(' ', plan.Pools.Select(pool => $"{pool.Name}:{pool.Servers}/{pool.Size}/{pool.Shards}/{pool.Replicas}"));
}
