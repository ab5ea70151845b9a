using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>The catalogue over several databases.</summary>
internal sealed class ShardedCatalogue(Shards shards) : ICatalogue
{
    public Task<AddResult> AddAsync(ImageRecord image, CancellationToken cancellationToken) =>
        shards.InAsync(image.Id, group => group.Catalogue.AddAsync(image, cancellationToken), cancellationToken);

    public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Catalogue.FindAsync(id, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) =>
        ListAsync(shards, query, (group, part) => group.Catalogue.ListAsync(part, cancellationToken), cancellationToken);

    public Task<UpdateOutcome> UpdateAsync(ImageRecord change, CancellationToken cancellationToken) =>
        shards.InAsync(change.Id, group => group.Catalogue.UpdateAsync(change, cancellationToken), cancellationToken);

    public Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Catalogue.RemoveAsync(id, version, cancellationToken), cancellationToken);

    public async Task<IReadOnlySet<Id>> ExistingAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken)
    {
        var found = await shards.AskAllAsync((group, isOwn) => group.Catalogue.ExistingAsync([.. ids.Where(isOwn)], cancellationToken), cancellationToken);
        return found.SelectMany(some => some).ToHashSet();
    }

    /// <summary>Of an owner: from one database. Of all: from each, merged.</summary>
    public static async Task<IReadOnlyList<ImageRecord>> ListAsync(
        Shards shards, ImageQuery query, Func<CatalogueGroup, ImageQuery, Task<IReadOnlyList<ImageRecord>>> list, CancellationToken cancellationToken)
    {
        if (query.Owner is { } owner) return await shards.InAsync(owner, group => list(group, query), cancellationToken);
        var lists = await shards.AskAllAsync((group, isOwn) => Keyset.OwnAsync(part => list(group, part), query, isOwn), cancellationToken);
        return Keyset.Merge(lists, query);
    }
}

/// <summary>Its view.</summary>
internal sealed class ShardedCatalogueView(Shards shards) : ICatalogueView
{
    public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.View.FindAsync(id, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) =>
        ShardedCatalogue.ListAsync(shards, query, (group, part) => group.View.ListAsync(part, cancellationToken), cancellationToken);

    public async Task<FoundImages> SearchAsync(ImageQuery query, SearchTerms terms, CancellationToken cancellationToken)
    {
        if (query.Owner is { } owner) return await shards.InAsync(owner, group => group.View.SearchAsync(query, terms, cancellationToken), cancellationToken);
        var found = await shards.AskAllAsync(
            async (group, isOwn) =>
            {
                // Copies of what is being moved are left out: then a page is shorter, and goes on where it would have.
                var part = await group.View.SearchAsync(query, terms, cancellationToken);
                return part with { Images = [.. part.Images.Where(image => isOwn(image.Id))] };
            },
            cancellationToken);
        return Keyset.Merge(found, query);
    }
}
