using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;

namespace PixelCraft.Images;

/// <summary>
/// Adds AVIF variants to an image that is ready. A job of its own, after the one that makes it ready, since AVIF takes ten
/// times as long. An image is complete without them: what can't be made is left, and a lost job is not made up for.
/// </summary>
internal sealed class AddAvif(ICatalogue catalogue, ImageRecords records, Renderer renderer) : IJobHandler
{
    public string Kind => "add-avif";

    public static Job JobFor(Id image) => new("add-avif", image.ToString());

    public async Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
    {
        if (!Id.TryParse(job.Subject, out var id)) return JobResult.GiveUp($"'{job.Subject}' is not the id of an image.");
        if (await catalogue.FindAsync(id, cancellationToken) is not { Status: ImageStatus.Ready } image || HasAvif(image)) return JobResult.Done;

        var (result, variants) = await renderer.RenderAsync(id, VariantFormat.Avif, cancellationToken);
        if (result is not Rendered) return JobResult.GiveUp($"No AVIF variants of image {id}: {result}");
        var change = await records.ChangeAsync(id, now => HasAvif(now) ? null : now with { Variants = [.. now.Variants, .. variants] }, null, cancellationToken);
        if (change.Outcome == ChangeOutcome.NotFound) await renderer.RemoveAsync(id, variants, cancellationToken);
        return JobResult.Done;
    }

    private static bool HasAvif(ImageRecord image) => image.VariantsOf(VariantFormat.Avif).Any();
}
