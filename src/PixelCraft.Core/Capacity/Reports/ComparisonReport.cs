using PixelCraft.Capacity.Contracts;
using static PixelCraft.Capacity.Contracts.Wording;

namespace PixelCraft.Capacity.Reports;

/// <summary>Two plans side by side: what differs.</summary>
internal static class ComparisonReport
{
    public static Report Of(string nameA, CapacityPlan a, string nameB, CapacityPlan b) => new(
        $"{nameA} and {nameB}",
        $"{Usd(a.Money.UsdPerMonth)} and {Usd(b.Money.UsdPerMonth)} a month: {Difference(a.Money.UsdPerMonth, b.Money.UsdPerMonth, Usd)}.",
        [
            new Section("Inputs that differ", ["input", "a ", "b "], [.. InputsThatDiffer(a, b)]),
            new Section("Servers", ["what", "a ", "b ", "difference "], [.. Rows(a, b, plan => plan.Pools.Select(pool => (pool.Title, pool.Servers)), Number), Row("All", a.Servers, b.Servers, Number)]),
            new Section("Cost a month", ["what", "a ", "b ", "difference "],
            [
                .. Rows(a, b, plan => plan.Costs.Select(line => (line.What, line.UsdPerMonth)), Usd),
                Row("Total", a.Money.UsdPerMonth, b.Money.UsdPerMonth, Usd),
                Row("A user", a.Money.UsdPerUserPerMonth, b.Money.UsdPerUserPerMonth, Usd),
            ]),
            new Section("Mean times at the peak hour", ["what", "a ", "b ", "difference "], [.. Rows(a, b, plan => plan.Latencies.Select(time => (time.What, time.MeanMilliseconds)), Milliseconds)]),
            new Section("What breaks first", ["", "at users ", "what", "why"], [.. First("a", a), .. First("b", b)]),
        ],
        []);

    private static IEnumerable<IReadOnlyList<string>> InputsThatDiffer(CapacityPlan a, CapacityPlan b)
    {
        if (a.Users != b.Users) yield return ["users", Number(a.Users), Number(b.Users)];
        foreach (var name in a.Changed.Keys.Union(b.Changed.Keys).Order(StringComparer.Ordinal))
        {
            var shipped = FigureFiles.ByName[name].Value;
            var (left, right) = (a.Changed.GetValueOrDefault(name, shipped), b.Changed.GetValueOrDefault(name, shipped));
            if (left != right) yield return [name, Number(left), Number(right)];
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(CapacityPlan a, CapacityPlan b, Func<CapacityPlan, IEnumerable<(string What, double Value)>> of, Func<double, string> text)
    {
        var (left, right) = (of(a).ToDictionary(), of(b).ToDictionary());
        return left.Keys.Union(right.Keys).Select(what => Row(what, left.GetValueOrDefault(what), right.GetValueOrDefault(what), text));
    }

    private static IReadOnlyList<string> Row(string what, double a, double b, Func<double, string> text) => [what, text(a), text(b), Difference(a, b, text)];

    private static string Difference(double a, double b, Func<double, string> text) => a == b ? "the same" : b > a ? "+" + text(b - a) : "−" + text(a - b);

    private static IEnumerable<IReadOnlyList<string>> First(string name, CapacityPlan plan) =>
        plan.Breaks.Take(1).Select(broken => (IReadOnlyList<string>)[name, Number(broken.Users), broken.Title, broken.Why]);
}
