using System.Text.Json;
using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// The one way in which this module reads and changes records: the catalogue, and the cache in front of it kept up to
/// date. The writer puts the new record into the cache after the commit, and is not done before nobody can read the old one there
/// any more; a reader who missed adds what it read only where nothing is, so that an old copy never displaces a new one: the writer's
/// stays for longer than any view may be behind. What this server has read within the last second it has in
/// memory, for the many requests for variants of the same image; the writer gives notice, and all servers forget it.
/// </summary>
internal sealed class ImageRecords : IImageLookup, IDisposable
{
    /// <summary>
    /// Bounds how long a stale copy can live when a writer dies between its commit and its update of the cache, and how long a
    /// writer waits for a cache that is away. Longer than any view may be behind.
    /// </summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Bounds it when the notice of a change is lost.</summary>
    private static readonly TimeSpan MemoryLifetime = TimeSpan.FromSeconds(1);

    private const int InMemory = 5_000;
    private const string Topic = "image";

    private readonly ICatalogue _catalogue;
    private readonly ICatalogueView _view;
    private readonly IConfirmation _confirmation;
    private readonly ICache _cache;
    private readonly IChangeNotices _notices;
    private readonly IMemberNews _news;
    private readonly TimeProvider _time;
    private readonly ReadThrough<Id, Copy> _recent = new(InMemory);
    private readonly IDisposable _subscription;

    public ImageRecords(
        ICatalogue catalogue, ICatalogueView view, IConfirmation confirmation, ICache cache, IChangeNotices notices, IMemberNews news, TimeProvider time)
    {
        (_catalogue, _view, _confirmation, _cache, _notices, _news, _time) = (catalogue, view, confirmation, cache, notices, news, time);
        _subscription = Subscribe(_ => { });
    }

    public void Dispose() => _subscription.Dispose();

    /// <summary>Listens for records that have changed, at whichever server, until the result is disposed: what is read then is not this server's old copy.</summary>
    public IDisposable Subscribe(Action<Id> changed) => _notices.Subscribe(Topic, text =>
    {
        if (!Id.TryParse(text, out var id)) return;
        _recent.Forget(id);
        changed(id);
    });

    public ValueTask<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) =>
        _recent.TryGet(id, out var copy) && _time.GetElapsedTime(copy.ReadAt) < MemoryLifetime
            ? ValueTask.FromResult<ImageRecord?>(copy.Image)
            : new ValueTask<ImageRecord?>(ReadAsync(id, cancellationToken));

    private async Task<ImageRecord?> ReadAsync(Id id, CancellationToken cancellationToken) => (await _recent.LoadAsync(
        id,
        async key =>
        {
            var readAt = _time.GetTimestamp();
            return await ReadSharedAsync(key) is { } image ? new Copy(image, readAt) : null;
        },
        cancellationToken))?.Image;

    private async Task<ImageRecord?> ReadSharedAsync(Id id)
    {
        var key = CacheKey(id);
        if (await _cache.GetAsync(key, CancellationToken.None) is { } cached)
            return cached.Length == 0 ? null : JsonSerializer.Deserialize(cached, ImagesJson.Default.ImageRecord);
        var image = ForDelivery(await _view.FindAsync(id, CancellationToken.None));
        if (image is not null) await _cache.AddAsync(key, Serialize(image), CacheLifetime, CancellationToken.None);
        return image;
    }

    /// <summary>Changes a record to what <paramref name="change"/> makes of it, again from the newest when another change came in between.</summary>
    /// <param name="id">Which record.</param>
    /// <param name="change">The new record from the present one; null to leave it as it is. Called again after a conflict.</param>
    /// <param name="version">Change only this version; null changes whatever is there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ChangeResult> ChangeAsync(Id id, Func<ImageRecord, ImageRecord?> change, long? version, CancellationToken cancellationToken) =>
        ChangeAsync(id, _ => true, change, version, cancellationToken);

    /// <summary>The same for a record that may be changed; one that may not is as if it weren't there.</summary>
    public async Task<ChangeResult> ChangeAsync(
        Id id, Func<ImageRecord, bool> allowed, Func<ImageRecord, ImageRecord?> change, long? version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var image = await _catalogue.FindAsync(id, cancellationToken);
            if (image is null || !allowed(image)) return new ChangeResult(ChangeOutcome.NotFound, null);
            if (version is { } wanted && image.Version != wanted) return new ChangeResult(ChangeOutcome.Stale, image);
            if (change(image) is not { } changed || changed == image) return await FoundDoneAsync(image, cancellationToken);
            changed = changed with { UpdatedAt = _time.GetUtcNow() };
            switch (await _catalogue.UpdateAsync(changed, cancellationToken))
            {
                case UpdateOutcome.Updated:
                    changed = changed with { Version = changed.Version + 1 };
                    await ReplaceCopiesAsync(id, changed, withdrawn: changed.ContentHash != image.ContentHash);
                    await _news.PublishAsync(image.OwnerId, new MemberNews(KindOf(image, changed), id, null), CancellationToken.None);
                    return new ChangeResult(ChangeOutcome.Done, changed);
                case UpdateOutcome.Missing:
                    return new ChangeResult(ChangeOutcome.NotFound, null);
            }
        }
    }

    /// <summary>What an attempt may have done that was answered 503: it came neither to a standby that confirmed it nor to the copies.</summary>
    private async Task<ChangeResult> FoundDoneAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await _confirmation.ConfirmAsync(image.Id, cancellationToken);
        await ReplaceCopiesAsync(image.Id, image, withdrawn: image.Visibility is Visibility.Private || image.TrashedAt is not null);
        return new ChangeResult(ChangeOutcome.Done, image);
    }

    /// <summary>Removes a record.</summary>
    /// <param name="id">Which.</param>
    /// <param name="version">Only this version; null takes any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was removed.</returns>
    public async Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken)
    {
        var removed = await _catalogue.RemoveAsync(id, version, cancellationToken);
        if (removed) await ReplaceCopiesAsync(id, null, withdrawn: true);
        else await _cache.RemoveAsync(CacheKey(id), CancellationToken.None); // who removed it may have died before it came to the cache
        return removed;
    }

    /// <summary>
    /// Has everybody read the new record. While the cache is away (a failover takes seconds) the old one may come back with it: until
    /// it can be replaced, or its time is up, a change after which the image's public URLs are dead is not answered. Not cancelled with the request: the commit is made.
    /// </summary>
    private async Task ReplaceCopiesAsync(Id id, ImageRecord? changed, bool withdrawn)
    {
        _recent.Forget(id); // this server by itself, at once
        var since = _time.GetTimestamp();
        while (!await TryReplaceAsync() && withdrawn && _time.GetElapsedTime(since) < CacheLifetime)
            await Task.Delay(RetryInterval, _time, CancellationToken.None);
        _recent.Forget(id);
        await _notices.PublishAsync(Topic, id.ToString(), CancellationToken.None);
        // Last, so that an edge that forgets it asks servers that know.
        if (withdrawn) await _notices.PublishAsync(IWithdrawals.Topic, id.ToString(), CancellationToken.None);

        // Where it was removed, that there is none, instead of nothing: a reader whose view is behind must not put the old record there.
        ValueTask<bool> TryReplaceAsync() => _cache.SetAsync(
            CacheKey(id), changed is null ? ReadOnlyMemory<byte>.Empty : Serialize(ForDelivery(changed)!), CacheLifetime, CancellationToken.None);
    }

    private static NewsKind KindOf(ImageRecord before, ImageRecord after) => after.Status == before.Status ? NewsKind.Changed : after.Status switch
    {
        ImageStatus.Ready => NewsKind.Ready,
        ImageStatus.Failed => NewsKind.Failed,
        _ => NewsKind.Changed,
    };

    private static string CacheKey(Id id) => $"image:{id}";

    /// <summary>Delivery needs no metadata, which can be longer than all the rest, and than the cache takes.</summary>
    private static ImageRecord? ForDelivery(ImageRecord? image) => image?.Metadata is null ? image : image with { Metadata = null };

    private static byte[] Serialize(ImageRecord image) => JsonSerializer.SerializeToUtf8Bytes(image, ImagesJson.Default.ImageRecord);

    private sealed record Copy(ImageRecord Image, long ReadAt);
}
