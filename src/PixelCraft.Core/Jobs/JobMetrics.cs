using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PixelCraft.Jobs;

/// <summary>What the workers tell about themselves, on the meter <c>PixelCraft</c>.</summary>
internal sealed class JobMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Gauge<long> _depth;

    public JobMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PixelCraft");
        _duration = meter.CreateHistogram<double>("pixelcraft.job.duration", "s", "Time that jobs took, by kind and outcome.");
        _depth = meter.CreateGauge<long>("pixelcraft.job.queue.depth", "{job}", "Jobs in the queue, by state.");
    }

    /// <summary>One job ended; the histogram's count is the number of jobs by kind and outcome.</summary>
    public void Ended(string kind, string outcome, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, new TagList { { "kind", kind }, { "outcome", outcome } });

    public void Depth(QueueDepth depth)
    {
        _depth.Record(depth.Due, new KeyValuePair<string, object?>("state", "due"));
        _depth.Record(depth.Delayed, new KeyValuePair<string, object?>("state", "delayed"));
        _depth.Record(depth.Taken, new KeyValuePair<string, object?>("state", "taken"));
        _depth.Record(depth.Dead, new KeyValuePair<string, object?>("state", "dead"));
    }
}
