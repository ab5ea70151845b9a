using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Images.Contracts;
using PixelCraft.Jobs;

namespace PixelCraft.Images;

/// <summary>
/// At start and each minute, queues again what the catalogue has in processing: what a queue lost, or never got. A job
/// that is in the queue already is not doubled.
/// </summary>
internal sealed class ProcessingSweep(ICatalogue catalogue, IJobQueue queue, TimeProvider time, ILogger<ProcessingSweep> log) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                var queued = await SweepAsync(stoppingToken);
                if (queued > 0) log.LogInformation("Queued {Count} images again that were left in processing.", queued);
            }
            catch (UnavailableException e)
            {
                log.LogWarning("The sweep waits: {Reason}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One sweep; how many jobs it added.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var queued = 0;
        var query = new ImageQuery { Status = ImageStatus.Processing, Limit = BatchSize };
        while (true)
        {
            var images = await catalogue.ListAsync(query, cancellationToken);
            foreach (var image in images)
            {
                switch (await queue.EnqueueAsync(RenderImage.JobFor(image.Id), TimeSpan.Zero, cancellationToken))
                {
                    case EnqueueOutcome.Queued:
                        queued++;
                        break;
                    case EnqueueOutcome.Full:
                        return queued;
                }
            }
            if (images.Count < BatchSize) return queued;
            query = query with { After = images[^1].Id };
        }
    }
}
