using System.Text.Json;
using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// The one way in which this module reads and changes records: the catalogue, and the cache in front of it kept up to
/// date. The writer puts the new record into the cache after the commit; a reader who missed adds what it read only
/// where nothing is, so that an old copy never displaces a new one. What this server has read within the last second it has in
/// memory, for the many requests for variants of the same image; the writer gives notice, and all servers forget it.
/// </summary>
internal sealed class ImageRecords : IImageLookup, IDisposable
{
    /// <summary>Bounds how long a stale copy can live when a writer dies between its commit and its update of the _cache.</summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(30);

    /// <summary>Bounds it when the notice of a change is lost.</summary>
    private static readonly TimeSpan MemoryLifetime = TimeSpan.FromSeconds(1);

    private const int InMemory = 5_000;
    private const string Topic = "image";

    private readonly ICatalogue _catalogue;
    private readonly ICache _cache;
    private readonly IChangeNotices _notices;
    private readonly TimeProvider _time;
    private readonly ReadThrough<Id, (ImageRecord Image, long ReadAt)> _recent = new(InMemory);
    private readonly IDisposable _subscription;

    public ImageRecords(ICatalogue catalogue, ICache cache, IChangeNotices notices, TimeProvider time)
    {
        (_catalogue, _cache, _notices, _time) = (catalogue, cache, notices, time);
        _subscription = notices.Subscribe(Topic, text =>
        {
            if (Id.TryParse(text, out var id)) _recent.Forget(id);
        });
    }

    public void Dispose() => _subscription.Dispose();

    public ValueTask<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) =>
        _recent.TryGet(id, out var copy) && _time.GetElapsedTime(copy.ReadAt) < MemoryLifetime
            ? ValueTask.FromResult<ImageRecord?>(copy.Image)
            : ReadAsync(id, cancellationToken);

    private async ValueTask<ImageRecord?> ReadAsync(Id id, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        var readAt = _time.GetTimestamp();
        var image = await ReadSharedAsync(id, cancellationToken);
        if (image is null) _recent.Forget(id);
        else _recent.Add(id, (image, readAt), generation);
        return image;
    }

    private async Task<ImageRecord?> ReadSharedAsync(Id id, CancellationToken cancellationToken)
    {
        var key = CacheKey(id);
        if (await _cache.GetAsync(key, cancellationToken) is { } cached)
            return JsonSerializer.Deserialize(cached, ImagesJson.Default.ImageRecord);
        var image = ForDelivery(await _catalogue.FindAsync(id, cancellationToken));
        if (image is not null) await _cache.AddAsync(key, Serialize(image), CacheLifetime, cancellationToken);
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
            var image = await _catalogue.FindAsync(id, cancellationToken);
            if (image is null) return new ChangeResult(ChangeOutcome.NotFound, null);
            if (version is { } wanted && image.Version != wanted) return new ChangeResult(ChangeOutcome.Stale, image);
            if (change(image) is not { } changed || changed == image) return new ChangeResult(ChangeOutcome.Done, image);
            changed = changed with { UpdatedAt = _time.GetUtcNow() };
            switch (await _catalogue.UpdateAsync(changed, cancellationToken))
            {
                case UpdateOutcome.Updated:
                    changed = changed with { Version = changed.Version + 1 };
                    // Not cancelled with the request: the commit is made, and the cache must follow it.
                    await _cache.SetAsync(CacheKey(id), Serialize(ForDelivery(changed)!), CacheLifetime, CancellationToken.None);
                    await GiveNoticeAsync(id);
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
        var removed = await _catalogue.RemoveAsync(id, version, cancellationToken);
        await _cache.RemoveAsync(CacheKey(id), CancellationToken.None);
        await GiveNoticeAsync(id);
        return removed;
    }

    private ValueTask GiveNoticeAsync(Id id)
    {
        _recent.Forget(id); // this server by itself, at once
        return _notices.PublishAsync(Topic, id.ToString(), CancellationToken.None);
    }

    private static string CacheKey(Id id) => $"image:{id}";

    /// <summary>Delivery needs no metadata, which can be longer than all the rest, and than the cache takes.</summary>
    private static ImageRecord? ForDelivery(ImageRecord? image) => image?.Metadata is null ? image : image with { Metadata = null };

    private static byte[] Serialize(ImageRecord image) => JsonSerializer.SerializeToUtf8Bytes(image, ImagesJson.Default.ImageRecord);
}
