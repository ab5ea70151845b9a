using PixelCraft.Capacity.Diagrams;

namespace PixelCraft.Capacity.Contracts;

/// <summary>How cost and times grow with the number of users.</summary>
public static class Curve
{
    private const int PerDecade = 8;

    /// <summary>The monthly cost from <see cref="Planner.Fewest"/> to <see cref="Planner.Most"/> users, drawn for a page.</summary>
    /// <param name="inputs">With the users at whom a line is drawn.</param>
    /// <param name="builtFor">The users for whom the servers were made; null when they grow along.</param>
    /// <param name="label">For those who hear it.</param>
    public static string CostSvg(Inputs inputs, long? builtFor, string label) => CurveChart.Draw(Points(inputs, builtFor, (sizing, installation, users) =>
        Costs.Of(installation, inputs, sizing.Loads(installation.Stage), users).Sum(line => line.UsdPerMonth)), inputs.Users, Wording.Usd, label);

    /// <summary>The time that a page takes in the servers, in the same way. It ends where the servers are too few.</summary>
    public static string TimeSvg(Inputs inputs, long? builtFor, string label) => CurveChart.Draw(Points(inputs, builtFor, (sizing, installation, users) =>
        Latencies.Of(installation, inputs, sizing.Loads(installation.Stage), users)[0].SlowMilliseconds), inputs.Users, Wording.Milliseconds, label);

    private static List<(double Users, double Value)> Points(Inputs inputs, long? builtFor, Func<Sizing, Installation, double, double> value)
    {
        var (sizing, points) = (new Sizing(inputs), new List<(double, double)>());
        for (var exponent = Math.Log10(Planner.Fewest) * PerDecade; exponent <= (Math.Log10(Planner.Most) * PerDecade) + 1e-9; exponent++)
        {
            var users = Math.Round(Math.Pow(10, exponent / PerDecade));
            points.Add((users, value(sizing, sizing.For(builtFor ?? users), users)));
        }
        return points;
    }
}
