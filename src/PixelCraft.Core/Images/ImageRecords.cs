using System.Text.Json;
using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// The one way in which this module reads and changes records: the catalogue, and the cache in front of it kept up to
/// date. The writer puts the new record into the cache after the commit; a reader who missed adds what it read only
/// where nothing is, so that an old copy never displaces a new one.
/// </summary>
internal sealed class ImageRecords(ICatalogue catalogue, ICache cache, TimeProvider time) : IImageLookup
{
    /// <summary>Bounds how long a stale copy can live when a writer dies between its commit and its update of the cache.</summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(30);

    public async ValueTask<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken)
    {
        var key = CacheKey(id);
        if (await cache.GetAsync(key, cancellationToken) is { } cached)
            return JsonSerializer.Deserialize(cached, ImagesJson.Default.ImageRecord);
        var image = ForDelivery(await catalogue.FindAsync(id, cancellationToken));
        if (image is not null) await cache.AddAsync(key, Serialize(image), CacheLifetime, cancellationToken);
        return image;
    }

    /// <summary>Changes a record to what <paramref name="change"/> makes of it, again from the newest when another change came in between.</summary>
    /// <param name="id">Which record.</param>
    /// <param name="change">The new record from the present one; null to leave it as it is. Called again after a conflict.</param>
    /// <param name="version">Change only this version; null changes whatever is there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ChangeResult> ChangeAsync(
        Id id, Func<ImageRecord, ImageRecord?> change, long? version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var image = await catalogue.FindAsync(id, cancellationToken);
            if (image is null) return new ChangeResult(ChangeOutcome.NotFound, null);
            if (version is { } wanted && image.Version != wanted) return new ChangeResult(ChangeOutcome.Stale, image);
            if (change(image) is not { } changed || changed == image) return new ChangeResult(ChangeOutcome.Done, image);
            changed = changed with { UpdatedAt = time.GetUtcNow() };
            switch (await catalogue.UpdateAsync(changed, cancellationToken))
            {
                case UpdateOutcome.Updated:
                    changed = changed with { Version = changed.Version + 1 };
                    // Not cancelled with the request: the commit is made, and the cache must follow it.
                    await cache.SetAsync(CacheKey(id), Serialize(ForDelivery(changed)!), CacheLifetime, CancellationToken.None);
                    return new ChangeResult(ChangeOutcome.Done, changed);
                case UpdateOutcome.Missing:
                    return new ChangeResult(ChangeOutcome.NotFound, null);
            }
        }
    }

    /// <summary>Removes a record.</summary>
    /// <param name="id">Which.</param>
    /// <param name="version">Only this version; null takes any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was removed.</returns>
    public async Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken)
    {
        var removed = await catalogue.RemoveAsync(id, version, cancellationToken);
        await cache.RemoveAsync(CacheKey(id), CancellationToken.None);
        return removed;
    }

    private static string CacheKey(Id id) => $"image:{id}";

    /// <summary>Delivery needs no metadata, which can be longer than all the rest, and than the cache takes.</summary>
    private static ImageRecord? ForDelivery(ImageRecord? image) => image?.Metadata is null ? image : image with { Metadata = null };

    private static byte[] Serialize(ImageRecord image) => JsonSerializer.SerializeToUtf8Bytes(image, ImagesJson.Default.ImageRecord);
}
