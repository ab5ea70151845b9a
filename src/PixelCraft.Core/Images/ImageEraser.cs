using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>Removes images for good.</summary>
internal sealed class ImageEraser(ImageRecords records, ITransformIndex index, IObjectStore store)
{
    /// <summary>Removes every object and then the record: while that is there, this can be begun again.</summary>
    public async Task EraseAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await RemoveObjectsAsync(image, cancellationToken);
        await records.RemoveAsync(image.Id, null, cancellationToken);
        // What was being made on demand meanwhile: it is in the index by now, or finds that there is no record.
        await RemoveTransformsAsync(image, cancellationToken);
    }

    /// <summary>Removes what is stored of an image: variants, also those on demand, and the original.</summary>
    public async Task RemoveObjectsAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await RemoveTransformsAsync(image, cancellationToken);
        foreach (var size in VariantSizes.All)
            foreach (var format in Enum.GetValues<VariantFormat>())
                await store.DeleteAsync(ObjectKeys.Variant(image.Id, size, format), cancellationToken);
        await store.DeleteAsync(ObjectKeys.Original(image.Id), cancellationToken);
    }

    private async Task RemoveTransformsAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        foreach (var name in await index.ListAsync(image.Id, cancellationToken))
        {
            await store.DeleteAsync(ObjectKeys.Transform(image.Id, name), cancellationToken);
            await index.RemoveAsync(image.Id, name, cancellationToken);
        }
    }
}
