using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>Lists over several databases: each is asked for as many as are wanted, and of all together the right ones are taken.</summary>
internal static class Keyset
{
    /// <summary>
    /// The images of one database that are its own. While shards are moved it also has copies that are not, which must not take the places of
    /// others: so it is asked again from the last one on until there are enough.
    /// </summary>
    /// <param name="list">Asks the database, as <see cref="ICatalogue.ListAsync"/>.</param>
    /// <param name="query">The query.</param>
    /// <param name="isOwn">Whether the database holds the shard.</param>
    public static async Task<List<ImageRecord>> OwnAsync(
        Func<ImageQuery, Task<IReadOnlyList<ImageRecord>>> list, ImageQuery query, Func<Id, bool> isOwn)
    {
        var own = new List<ImageRecord>();
        while (true)
        {
            var page = await list(query);
            var ofPage = page.Where(image => isOwn(image.Id));
            // Newest first, also before one: the nearer pages come first there, and hold what is older.
            if (query.Before is null) own.AddRange(ofPage);
            else own.InsertRange(0, ofPage);
            if (own.Count >= query.Limit || page.Count < query.Limit) return Take(own, query);
            query = query.Before is null ? query with { After = page[^1].Id } : query with { Before = page[0].Id };
        }
    }

    /// <summary>One list of several, each newest first.</summary>
    public static List<ImageRecord> Merge(IEnumerable<IReadOnlyList<ImageRecord>> lists, ImageQuery query) =>
        Take([.. lists.SelectMany(list => list).OrderByDescending(image => image.Id)], query);

    /// <summary>
    /// One search of several, each newest first. What one database has not looked at yet may come before what another has found: so the result
    /// ends where the first of them stopped, and goes on there.
    /// </summary>
    public static FoundImages Merge(IReadOnlyList<FoundImages> parts, ImageQuery query)
    {
        var isBack = query.Before is not null;
        var stops = parts.Where(part => part.Next is not null).Select(part => part.Next!.Value).ToList();
        Id? stop = stops.Count == 0 ? null : isBack ? stops.Min() : stops.Max();
        var images = parts.SelectMany(part => part.Images).Where(image => stop is not { } end || (isBack ? image.Id <= end : image.Id >= end)).OrderByDescending(image => image.Id).ToList();
        var taken = Take(images, query);
        return new FoundImages(taken, taken.Count == images.Count ? stop : isBack ? taken[0].Id : taken[^1].Id);
    }

    /// <summary>The newest ones; before one, the nearest to it.</summary>
    private static List<ImageRecord> Take(List<ImageRecord> images, ImageQuery query) =>
        images.Count <= query.Limit ? images
        : query.Before is null ? images[..query.Limit]
        : images[^query.Limit..];
}
