using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;

namespace PixelCraft.Images;

/// <summary>
/// Adds AVIF variants to an image that is ready. A job of its own, after the one that makes it ready, since AVIF takes ten
/// times as long. An image is complete without them: what can't be made is left, and the record says not to try again. A
/// lost job is made up for by <see cref="ProcessingSweep"/>.
/// </summary>
internal sealed class AddAvif(
    ICatalogue catalogue,
    ImageRecords records,
    Renderer renderer,
    IOptions<JobQueueOptions> jobs,
    IOptions<EngineOptions> options,
    ILogger<AddAvif> log) : IJobHandler
{
    public string Kind => "add-avif";

    public static Job JobFor(Id image) => new("add-avif", image.ToString()) { Priority = JobPriority.Low };

    public async Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
    {
        if (!Id.TryParse(job.Subject, out var id)) return JobResult.GiveUp($"'{job.Subject}' is not the id of an image.");
        if (await catalogue.FindAsync(id, cancellationToken) is not { Status: ImageStatus.Ready, AvifDone: false }) return JobResult.Done;

        try
        {
            var (result, variants) = await renderer.RenderAsync(id, VariantFormat.Avif, cancellationToken);
            if (result is Faulted(var reason) && faults + 1 < Math.Min(options.Value.MaxFileFaults, jobs.Value.MaxFaults)) throw new FileFaultException(reason);
            await CommitAsync(id, variants, cancellationToken);
            return result is Rendered ? JobResult.Done : JobResult.GiveUp($"No AVIF variants of image {id}: {result}");
        }
        catch (Exception e) when (e is not (UnavailableException or StorageFullException or OperationCanceledException or FileFaultException) && faults + 1 >= jobs.Value.MaxFaults)
        {
            log.LogError(e, "The AVIF variants of image {Image} failed for the last time.", id);
            await CommitAsync(id, [], cancellationToken);
            return JobResult.GiveUp($"No AVIF variants of image {id}: {e.Message}");
        }
    }

    private async Task CommitAsync(Id id, IReadOnlyList<Variant> variants, CancellationToken cancellationToken)
    {
        var change = await records.ChangeAsync(
            id,
            now => now is { Status: ImageStatus.Ready, AvifDone: false } ? now with { Variants = [.. now.Variants, .. variants], AvifDone = true } : null,
            null,
            cancellationToken);
        if (change.Outcome == ChangeOutcome.NotFound) await renderer.RemoveAsync(id, variants, cancellationToken);
    }
}
