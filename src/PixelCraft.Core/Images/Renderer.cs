using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>
/// From the original in the object store to variants in the object store, through a temporary folder and the engine. What
/// goes wrong with that folder is the machine's fault, and so an <see cref="UnavailableException"/>.
/// </summary>
internal sealed class Renderer(IObjectStore store, IImageEngine engine, IOptions<EngineOptions> options)
{
    /// <summary>Makes an image's variants in a format, and stores them.</summary>
    /// <returns>What the engine said; when it is <see cref="Rendered"/>, with the stored variants, smallest first.</returns>
    public async Task<(EngineResult Result, IReadOnlyList<Variant> Variants)> RenderAsync(Id image, VariantFormat format, CancellationToken cancellationToken)
    {
        try
        {
            using var folder = new TemporaryFolder("render");
            var result = await RenderAsync(image, format, folder.Path, cancellationToken);
            return (result, result is Rendered rendered ? await StoreAsync(image, format, rendered, cancellationToken) : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException("folder for temporary files", e);
        }
    }

    /// <summary>Removes what was stored, for an image that has gone meanwhile.</summary>
    public async Task RemoveAsync(Id image, IEnumerable<Variant> variants, CancellationToken cancellationToken)
    {
        foreach (var variant in variants) await store.DeleteAsync(ObjectKeys.Variant(image, variant.Size, variant.Format), cancellationToken);
    }

    private async Task<EngineResult> RenderAsync(Id image, VariantFormat format, string folder, CancellationToken cancellationToken)
    {
        var original = Path.Combine(folder, "original");
        await using (var reader = await store.OpenAsync(ObjectKeys.Original(image), null, cancellationToken))
        {
            if (reader is null) return new Rejected("The uploaded file is missing from the store.");
            await using var file = File.Create(original);
            await reader.Content.CopyToAsync(file, cancellationToken);
        }
        var engineOptions = options.Value;
        var (quality, effort) = format is VariantFormat.Avif ? (engineOptions.AvifQuality, engineOptions.AvifEffort) : (engineOptions.Quality, engineOptions.Effort);
        return await engine.RenderAsync(new RenderRequest(original, folder, VariantSizes.All, format, quality, effort, engineOptions.Limits()), cancellationToken);
    }

    private async Task<IReadOnlyList<Variant>> StoreAsync(Id image, VariantFormat format, Rendered rendered, CancellationToken cancellationToken)
    {
        var variants = new List<Variant>(rendered.Variants.Count);
        foreach (var made in rendered.Variants)
        {
            await using var file = File.OpenRead(made.Path);
            var stored = await store.PutAsync(ObjectKeys.Variant(image, made.Size, format), file, format.ContentType(), cancellationToken);
            variants.Add(new Variant(made.Size, made.Width, made.Height, stored.Length, format));
        }
        return variants;
    }
}
