using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>Removes an image for good: every object and then the record. Begun again when it did not end.</summary>
internal sealed class ImageEraser(ImageRecords records, ITransformIndex index, IObjectStore store)
{
    public async Task EraseAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await EraseTransformsAsync(image, cancellationToken);
        foreach (var size in VariantSizes.All)
            foreach (var format in Enum.GetValues<VariantFormat>())
                await store.DeleteAsync(ObjectKeys.Variant(image.Id, size, format), cancellationToken);
        await store.DeleteAsync(ObjectKeys.Original(image.Id), cancellationToken);
        // The record goes last: while it is there, this can be begun again.
        await records.RemoveAsync(image.Id, null, cancellationToken);
        // What was being made on demand meanwhile: it is in the index by now, or finds that there is no record.
        await EraseTransformsAsync(image, cancellationToken);
    }

    private async Task EraseTransformsAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        foreach (var name in await index.ListAsync(image.Id, cancellationToken))
        {
            await store.DeleteAsync(ObjectKeys.Transform(image.Id, name), cancellationToken);
            await index.RemoveAsync(image.Id, name, cancellationToken);
        }
    }
}
