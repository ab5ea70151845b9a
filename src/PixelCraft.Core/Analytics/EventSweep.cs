using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Analytics.Contracts;

namespace PixelCraft.Analytics;

/// <summary>Each hour, forgets events that are too old to come again; their counts stay.</summary>
internal sealed class EventSweep(IEventStore store, IOptions<AnalyticsOptions> options, TimeProvider time, ILogger<EventSweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // Twice as long as they are taken: those that were taken just in time may have waited for long in a stream.
                await store.ForgetAsync(time.GetUtcNow() - 2 * options.Value.EventTime, stoppingToken);
            }
            catch (Exception e) when (e is UnavailableException or StorageFullException)
            {
                log.LogWarning("The sweep of events waits: {Reason}", e.Message);
            }
        }
    }
}
