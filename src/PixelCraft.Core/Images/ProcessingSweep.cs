using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;

namespace PixelCraft.Images;

/// <summary>
/// At start and each minute, queues again what the catalogue has in processing, and where AVIF is configured some of what is
/// without: what a queue lost, or never got. A job that is in the queue already is not doubled.
/// </summary>
internal sealed class ProcessingSweep(
    ICatalogue catalogue, IJobQueue queue, IOptions<EngineOptions> options, TimeProvider time, ILogger<ProcessingSweep> log)
    : Sweep(TimeSpan.FromMinutes(1), time, log)
{
    private const int BatchSize = 500;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var queued = await SweepAsync(cancellationToken);
        if (queued > 0) log.LogInformation("Queued {Count} images again that were left in processing.", queued);
        queued = await SweepAvifAsync(cancellationToken);
        if (queued > 0) log.LogInformation("Queued {Count} images that have no AVIF variants yet.", queued);
    }

    /// <summary>
    /// One sweep for AVIF; how many jobs it added. Only the newest images, so that a collection from before AVIF was
    /// configured does not fill the queue: as those are done, the next sweeps come to the others.
    /// </summary>
    internal async Task<int> SweepAvifAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Avif) return 0;
        var queued = 0;
        var query = new ImageQuery { Status = ImageStatus.Ready, Trashed = false, AvifDone = false, Limit = BatchSize };
        foreach (var image in await catalogue.ListAsync(query, cancellationToken))
        {
            var outcome = await queue.EnqueueAsync(AddAvif.JobFor(image.Id), TimeSpan.Zero, cancellationToken);
            if (outcome == EnqueueOutcome.Full) break;
            if (outcome == EnqueueOutcome.Queued) queued++;
        }
        return queued;
    }

    /// <summary>One sweep for what is in processing; how many jobs it added.</summary>
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
