using System.Diagnostics.Metrics;

namespace PixelCraft.Images.Sweeps;

/// <summary>What the sweeps tell about themselves, on the meter <c>PixelCraft</c>.</summary>
internal sealed class SweepMetrics
{
    private readonly Counter<long> _removed;

    public SweepMetrics(IMeterFactory meters) =>
        _removed = meters.Create("PixelCraft").CreateCounter<long>("pixelcraft.sweep.removed", "{item}", "What sweeps removed or corrected, by kind.");

    /// <summary>Counts; kinds are <c>orphan</c>, <c>trash</c>, <c>upload</c>, <c>reservation</c>, <c>key</c>, <c>sum</c>, <c>temporary</c> and <c>original</c> (missing).</summary>
    public void Count(string kind, long count)
    {
        if (count > 0) _removed.Add(count, new KeyValuePair<string, object?>("kind", kind));
    }
}
