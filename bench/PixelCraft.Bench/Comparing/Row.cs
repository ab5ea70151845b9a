namespace PixelCraft.Bench.Comparing;

/// <summary>A row of the table: one work on one database.</summary>
/// <param name="Database"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Images">Records in the catalogue.</param>
/// <param name="Work">Its name.</param>
/// <param name="Aim">The ratio aimed at; null for none.</param>
/// <param name="PixelCraft">Microseconds of CPU per request.</param>
/// <param name="Peer">The same of the peer.</param>
/// <param name="Ratio">PixelCraft's by the peer's, round by round.</param>
internal sealed record Row(string Database, int Images, string Work, double? Aim, Spread PixelCraft, Spread Peer, Spread Ratio)
{
    public const string Head =
        "| database | images | work | PixelCraft us | peer us | ratio | aim |\n| --- | --- | --- | --- | --- | --- | --- |";

    public override string ToString() => FormattableString.Invariant(
        $"| {Database} | {Images:n0} | {Work} | {PixelCraft:f1} | {Peer:f1} | {Ratio:f2} | {(Aim is { } aim ? FormattableString.Invariant($"{aim:f2}{(Ratio.Median <= aim ? "" : " missed")}") : "-")} |");
}

/// <summary>A median with its spread.</summary>
internal readonly record struct Spread(double Median, double Low, double High) : IFormattable
{
    public static Spread Of(IEnumerable<Sample> samples) => Of(samples.Select(sample => sample.CpuSeconds * 1e6));

    public static Spread OfRatios(IEnumerable<Sample> a, IEnumerable<Sample> b) => Of(a.Zip(b, (x, y) => x.CpuSeconds / y.CpuSeconds));

    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new Spread((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[0], sorted[^1]);
    }

    public string ToString(string? format, IFormatProvider? formatProvider) =>
        $"{Median.ToString(format, formatProvider)} ({Low.ToString(format, formatProvider)}-{High.ToString(format, formatProvider)})";
}
