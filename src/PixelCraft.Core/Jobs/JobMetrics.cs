using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PixelCraft.Jobs;

/// <summary>What the workers tell about themselves, on the meter <c>PixelCraft</c>.</summary>
internal sealed class JobMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Gauge<long> _depth;
    private readonly Gauge<long> _due;
    private readonly Gauge<double> _age;

    /// <summary>Kinds that were due once: when nothing of one is due any more, that has to be told too.</summary>
    private readonly HashSet<string> _kinds = [];

    public JobMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PixelCraft");
        _duration = meter.CreateHistogram<double>("pixelcraft.job.duration", "s", "Time that jobs took, by kind and outcome.");
        _depth = meter.CreateGauge<long>("pixelcraft.job.queue.depth", "{job}", "Jobs in the queue, by state.");
        _due = meter.CreateGauge<long>("pixelcraft.job.queue.due", "{job}", "Jobs that wait for a worker, by kind.");
        _age = meter.CreateGauge<double>("pixelcraft.job.queue.age", "s", "For how long the oldest of them has waited, by kind.");
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

    /// <summary>What waits, by kind. Not called twice at the same time.</summary>
    public void Due(IReadOnlyList<DueJobs> due)
    {
        _kinds.UnionWith(due.Select(jobs => jobs.Kind));
        foreach (var kind in _kinds)
        {
            var jobs = due.FirstOrDefault(jobs => jobs.Kind == kind);
            _due.Record(jobs.Count, new KeyValuePair<string, object?>("kind", kind));
            _age.Record(jobs.Age.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
        }
    }
}
