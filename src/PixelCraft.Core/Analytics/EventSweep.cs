using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Jobs;

namespace PixelCraft.Analytics;

/// <summary>Each hour, forgets events that are too old to come again; their counts stay.</summary>
internal sealed class EventSweep(IEventStore store, IOptions<AnalyticsOptions> options, TimeProvider time, ILogger<EventSweep> log)
    : Sweep(TimeSpan.FromHours(1), time, log)
{
    // Twice as long as they are taken: those that were taken just in time may have waited for long in a stream.
    protected override Task RunAsync(CancellationToken cancellationToken) =>
        store.ForgetAsync(Time.GetUtcNow() - 2 * options.Value.EventTime, cancellationToken);
}
