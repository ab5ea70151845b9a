using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>
/// Makes an image's variants and commits <c>ready</c>, or <c>failed</c> with a reason. Doing it twice gives the same
/// objects under the same keys, and only a record that is still processing is changed.
/// </summary>
internal sealed class RenderImage(
    ICatalogue catalogue,
    ImageRecords records,
    IObjectStore store,
    IImageEngine engine,
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
        if (await catalogue.FindAsync(id, cancellationToken) is not { Status: ImageStatus.Processing } image) return JobResult.Done;

        using var folder = new TemporaryFolder("render");
        try
        {
            switch (await RenderAsync(image, folder.Path, cancellationToken))
            {
                case Rendered rendered:
                    await CommitAsync(image, rendered, cancellationToken);
                    break;
                case Rejected(var reason):
                    await FailAsync(id, reason, cancellationToken);
                    break;
            }
        }
        catch (Exception e) when (e is not (UnavailableException or StorageFullException or OperationCanceledException) && faults + 1 >= jobs.Value.MaxFaults)
        {
            log.LogError(e, "Image {Image} failed for the last time.", id);
            await FailAsync(id, "PixelCraft could not process this image. An administrator can find the cause in the log.", cancellationToken);
        }
        return JobResult.Done;
    }

    private async Task<RenderResult> RenderAsync(ImageRecord image, string folder, CancellationToken cancellationToken)
    {
        var original = Path.Combine(folder, "original");
        await using (var reader = await store.OpenAsync(ObjectKeys.Original(image.Id), null, cancellationToken))
        {
            if (reader is null) return new Rejected("The uploaded file is missing from the store.");
            await using var file = File.Create(original);
            await reader.Content.CopyToAsync(file, cancellationToken);
        }
        return await engine.RenderAsync(
            new RenderRequest(original, folder, VariantSizes.All, options.Value.Quality, options.Value.Effort, options.Value.MaxPixels), cancellationToken);
    }

    private async Task CommitAsync(ImageRecord image, Rendered rendered, CancellationToken cancellationToken)
    {
        var variants = new List<Variant>(rendered.Variants.Count);
        foreach (var made in rendered.Variants)
        {
            await using var file = File.OpenRead(made.Path);
            var stored = await store.PutAsync(ObjectKeys.Variant(image.Id, made.Size), file, "image/webp", cancellationToken);
            variants.Add(new Variant(made.Size, made.Width, made.Height, stored.Length));
        }
        var result = await records.ChangeAsync(
            image.Id,
            now => now.Status != ImageStatus.Processing ? null : now with
            {
                Status = ImageStatus.Ready,
                Width = rendered.Width,
                Height = rendered.Height,
                ThumbHash = rendered.ThumbHash,
                Variants = variants,
                Metadata = rendered.Metadata,
                TakenAt = rendered.Metadata?.TakenAt(),
            },
            null,
            cancellationToken);
        // Removed while it was rendered: nobody will ask for these.
        if (result.Outcome == ChangeOutcome.NotFound)
            foreach (var variant in variants) await store.DeleteAsync(ObjectKeys.Variant(image.Id, variant.Size), cancellationToken);
    }

    private Task FailAsync(Id id, string reason, CancellationToken cancellationToken) => records.ChangeAsync(
        id,
        now => now.Status != ImageStatus.Processing ? null : now with { Status = ImageStatus.Failed, FailureReason = reason },
        null,
        cancellationToken);
}
