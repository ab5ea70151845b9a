using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>What callers may see and change.</summary>
internal sealed class ImageService(ICatalogue catalogue, ICatalogueView view, IQuotaLedger ledger, ImageRecords records, TimeProvider time) : IImages
{
    private const int MaxLimit = 100;

    public async Task<ImagePage> ListAsync(Caller caller, ImageFilter filter, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filter.Limit, MaxLimit);
        if (Query(caller, filter) is not { } query) return new ImagePage([], null);
        if (filter.Search is { } text) return await SearchAsync(query, text, cancellationToken);
        // One more than asked for tells whether there is a next page.
        var items = await view.ListAsync(query with { Limit = filter.Limit + 1 }, cancellationToken);
        if (items.Count <= filter.Limit) return new ImagePage(items, null);
        // Before: the nearest ones are the last; After: the first.
        var page = filter.Before is null ? items.Take(filter.Limit) : items.Skip(1);
        items = [.. page];
        return new ImagePage(items, items[^1].Id);
    }

    private async Task<ImagePage> SearchAsync(ImageQuery query, string text, CancellationToken cancellationToken)
    {
        if (!SearchTerms.TryParse(text, out var terms, out var fault)) throw new ArgumentException($"Nothing can be found by that: {fault}.", nameof(text));
        var found = await view.SearchAsync(query, terms, cancellationToken);
        // Before one: that one follows.
        return new ImagePage(found.Images, query.Before is null ? found.Next : found.Images is [.., var last] ? last.Id : null);
    }

    public async Task<ImageRecord?> FindAsync(Caller caller, Id id, CancellationToken cancellationToken) =>
        // What the view doesn't have may have come this moment, and the one who asks been sent here by the one who made it.
        (await view.FindAsync(id, cancellationToken) ?? await catalogue.FindAsync(id, cancellationToken)) is { } image && image.MayBeSeenBy(caller) ? image : null;

    public Task<ChangeResult> EditAsync(Caller caller, Id id, ImageEdit edit, long? version, CancellationToken cancellationToken)
    {
        if (edit.Fault() is { } fault) throw new ArgumentException($"{fault.Field}: {fault.Text}", nameof(edit));
        return ChangeOwnAsync(caller, id, image => Apply(image, edit), version, cancellationToken);
    }

    public Task<ChangeResult> TagFromKeywordsAsync(Caller caller, Id id, CancellationToken cancellationToken) =>
        ChangeOwnAsync(caller, id, WithKeywords, null, cancellationToken);

    public Task<ChangeResult> TrashAsync(Caller caller, Id id, CancellationToken cancellationToken) =>
        ChangeOwnAsync(
            caller, id, image => image.TrashedAt is null ? image with { TrashedAt = time.GetUtcNow(), ContentHash = ContentHash.New(image.Sha256) } : null, null, cancellationToken);

    public Task<ChangeResult> RestoreAsync(Caller caller, Id id, CancellationToken cancellationToken) =>
        ChangeOwnAsync(
            caller, id, image => image.TrashedAt is null ? null : image with { TrashedAt = null, ContentHash = ContentHash.New(image.Sha256) },
            null, cancellationToken);

    public async Task<long> UsedBytesAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.MemberId is { } member ? await ledger.UsedAsync(member, cancellationToken) : 0;

    /// <summary>What the caller may see of the list asked for; null when that is nothing.</summary>
    private static ImageQuery? Query(Caller caller, ImageFilter filter)
    {
        var query = new ImageQuery
        {
            Limit = filter.Limit,
            Owner = filter.Owner,
            After = filter.After,
            Before = filter.Before,
            Trashed = filter.Trash,
            Tag = filter.Tag is { } tag ? Normalise(tag) : null,
        };
        if (filter.Trash)
            return caller.MemberId is { } member && (filter.Owner is null || caller.Is(filter.Owner.Value)) ? query with { Owner = member } : null;
        if (filter.Owner is { } owner && caller.Is(owner))
            return query with { Visibility = filter.Visibility };
        if (filter.Visibility is not (null or Visibility.Public)) return null;
        return query with { Visibility = Visibility.Public, Status = ImageStatus.Ready };
    }

    private Task<ChangeResult> ChangeOwnAsync(
        Caller caller, Id id, Func<ImageRecord, ImageRecord?> change, long? version, CancellationToken cancellationToken) =>
        records.ChangeAsync(id, image => caller.Is(image.OwnerId) && caller.CanWrite, change, version, cancellationToken);

    private static ImageRecord Apply(ImageRecord image, ImageEdit edit)
    {
        var visibility = edit.Visibility ?? image.Visibility;
        return image with
        {
            Title = edit.Title?.Trim() ?? image.Title,
            Description = edit.Description?.Trim() ?? image.Description,
            Tags = edit.Tags is { } tags && !Normalise(tags).SequenceEqual(image.Tags) ? Normalise(tags) : image.Tags,
            Visibility = visibility,
            // The old URL dies with the old visibility.
            ContentHash = visibility == image.Visibility ? image.ContentHash : ContentHash.New(image.Sha256),
        };
    }

    private static ImageRecord? WithKeywords(ImageRecord image)
    {
        var keywords = Normalise([.. image.Metadata?.Keywords.Where(keyword => keyword.Trim().Length is > 0 and <= ImageEdit.MaxTagLength) ?? []]);
        var added = keywords.Except(image.Tags, StringComparer.Ordinal).Take(ImageEdit.MaxTags - image.Tags.Count).ToList();
        return added.Count == 0 ? null : image with { Tags = Normalise([.. image.Tags, .. added]) };
    }

    private static string Normalise(string tag) => tag.Trim().ToLowerInvariant();

    private static string[] Normalise(IReadOnlyList<string> tags) =>
        [.. tags.Select(Normalise).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
