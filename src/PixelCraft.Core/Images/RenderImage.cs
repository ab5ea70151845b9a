using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;

namespace PixelCraft.Images;

/// <summary>
/// Makes an image's WebP variants and commits <c>ready</c>, or <c>failed</c> with a reason. Doing it twice gives the same
/// objects under the same keys, and only a record that is still processing is changed.
/// </summary>
internal sealed class RenderImage(
    ICatalogue catalogue,
    ImageRecords records,
    Renderer renderer,
    IJobQueue queue,
    IOptions<JobQueueOptions> jobs,
    IOptions<EngineOptions> options,
    ILogger<RenderImage> log) : IJobHandler
{
    public string Kind => "render-image";

    public static Job JobFor(Id image) => new("render-image", image.ToString());

    public async Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
    {
        if (!Id.TryParse(job.Subject, out var id)) return JobResult.GiveUp($"'{job.Subject}' is not the id of an image.");
        // The catalogue and not the cache: this decides what is written.
        if (await catalogue.FindAsync(id, cancellationToken) is not { Status: ImageStatus.Processing }) return JobResult.Done;

        try
        {
            var (result, variants) = await renderer.RenderAsync(id, VariantFormat.WebP, cancellationToken);
            switch (result)
            {
                case Rendered rendered:
                    await CommitAsync(id, rendered, variants, cancellationToken);
                    break;
                case Rejected(var reason):
                    await FailAsync(id, reason, cancellationToken);
                    break;
                case Faulted(var reason) when faults + 1 >= Math.Min(options.Value.MaxFileFaults, jobs.Value.MaxFaults):
                    await FailAsync(id, reason, cancellationToken);
                    break;
                case Faulted(var reason):
                    throw new FileFaultException(reason);
            }
        }
        catch (Exception e) when (e is not (UnavailableException or StorageFullException or OperationCanceledException or FileFaultException) && faults + 1 >= jobs.Value.MaxFaults)
        {
            log.LogError(e, "Image {Image} failed for the last time.", id);
            await FailAsync(id, "PixelCraft could not process this image. An administrator can find the cause in the log.", cancellationToken);
        }
        return JobResult.Done;
    }

    private async Task CommitAsync(Id id, Rendered rendered, IReadOnlyList<Variant> variants, CancellationToken cancellationToken)
    {
        var result = await records.ChangeAsync(
            id,
            now => now.Status != ImageStatus.Processing ? null : now with
            {
                Status = ImageStatus.Ready,
                Width = rendered.Width,
                Height = rendered.Height,
                ThumbHash = rendered.ThumbHash,
                DominantColour = rendered.DominantColour,
                Variants = variants,
                AvifDone = rendered.Frames > 1,
                Metadata = rendered.Metadata,
                TakenAt = rendered.Metadata?.TakenAt(),
            },
            null,
            cancellationToken);
        // Removed while it was rendered: nobody will ask for these.
        if (result.Outcome == ChangeOutcome.NotFound) await renderer.RemoveAsync(id, variants, cancellationToken);
        else if (options.Value.Avif && rendered.Frames == 1) await QueueAvifAsync(id, cancellationToken);
    }

    private async Task QueueAvifAsync(Id id, CancellationToken cancellationToken)
    {
        try
        {
            await queue.EnqueueAsync(AddAvif.JobFor(id), TimeSpan.Zero, cancellationToken);
        }
        catch (UnavailableException e)
        {
            log.LogWarning("Image {Image} gets its AVIF variants later, by the sweep: {Reason}", id, e.Message);
        }
    }

    private Task FailAsync(Id id, string reason, CancellationToken cancellationToken) => records.ChangeAsync(
        id,
        now => now.Status != ImageStatus.Processing ? null : now with { Status = ImageStatus.Failed, FailureReason = reason },
        null,
        cancellationToken);
}

/// <summary>A file did harm to the process that decoded it; the job counts it and comes again.</summary>
/// <param name="reason">What happened.</param>
internal sealed class FileFaultException(string reason) : Exception(reason);
