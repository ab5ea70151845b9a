using Microsoft.Extensions.Hosting;

namespace PixelCraft.Jobs;

/// <summary>Reports the queue's depth as a metric, every 15 seconds: a worker is scaled by it.</summary>
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
            }
            catch (UnavailableException)
            {
                // The runner tells that the queue is away; a gauge without a new value says the same.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
