using Microsoft.Extensions.Hosting;

namespace PixelCraft.Jobs;

/// <summary>Reports the queue's depth, and what waits for how long, as metrics every 15 seconds: workers are scaled by them.</summary>
internal sealed class QueueDepthReporter(IJobQueue queue, JobMetrics metrics, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(15), time);
        do
        {
            try
            {
                metrics.Depth(await queue.DepthAsync(stoppingToken));
                metrics.Due(await queue.DueAsync(stoppingToken));
            }
            catch (UnavailableException)
            {
                // The runner tells that the queue is away; a gauge without a new value says the same.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
