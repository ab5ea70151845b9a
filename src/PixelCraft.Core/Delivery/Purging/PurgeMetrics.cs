using System.Diagnostics.Metrics;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Delivery.Purging;

/// <summary>What the purging of edges tells about itself, on the meter <c>PixelCraft</c>.</summary>
internal sealed class PurgeMetrics
{
    private readonly Counter<long> _purged;
    private readonly Gauge<long> _count;
    private readonly Gauge<double> _age;

    public PurgeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PixelCraft");
        _purged = meter.CreateCounter<long>("pixelcraft.edge.purged", "{image}", "Purges of withdrawn images that all edges confirmed; each is repeated once.");
        _count = meter.CreateGauge<long>("pixelcraft.edge.withdrawn", "{image}", "Withdrawn images that are still to be purged, or purged once more.");
        _age = meter.CreateGauge<double>("pixelcraft.edge.withdrawn.age", "s", "Age of the oldest of them: beyond two minutes an edge is away.");
    }

    public void Purged(int count) => _purged.Add(count);

    public void Backlog(WithdrawalBacklog backlog, DateTimeOffset now)
    {
        _count.Record(backlog.Count);
        _age.Record(backlog.Oldest is { } oldest ? (now - oldest).TotalSeconds : 0);
    }
}
