using System.Text.Json;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// Finds images by their words. One of the words leads: the index has its images in order; of each it is asked whether it has the others. Which
/// one, is decided by looking which is rare (docs/decisions/0031-search.md). Every step reads a bounded number of rows, whatever is in the tables.
/// </summary>
/// <param name="database">Where they are.</param>
/// <param name="most">Images that a search looks at, about; then it says where to go on.</param>
internal sealed class ImageSearch(RawDatabase database, int most = ImageSearch.Most)
{
    /// <summary>From so many images on a word is not rare: which of two such words has more doesn't matter.</summary>
    public const int Rare = 500;

    /// <summary>Words that begin alike which are followed one by one.</summary>
    public const int Spellings = 60;

    private const int Most = 8_000;

    /// <summary>How many are looked at at once: the first is what a page needs, and it grows while that finds too little.</summary>
    private static readonly int[] Chunks = [8, 64, 128, 512, 2_048];

    private readonly ImageReader _reader = new(database, nearly: true);
    private readonly SearchStatements _statements = new(database);

    /// <summary>As <see cref="ICatalogueView.SearchAsync"/>.</summary>
    public async Task<FoundImages> SearchAsync(ImageQuery query, SearchTerms terms, CancellationToken cancellationToken)
    {
        if (query is { Owner: null } and not { Visibility: Visibility.Public, Status: ImageStatus.Ready, Trashed: false })
            throw new ArgumentException("Only an owner's images, or those that everybody sees, can be searched.", nameof(query));
        terms = SearchStatements.Pad(terms);
        if (await LeadAsync(query, terms, cancellationToken) is not { } lead) return new FoundImages([], null);

        var found = new List<ImageRecord>();
        var (from, looked) = (query.Before ?? query.After, 0);
        for (var step = Math.Max(0, Array.FindIndex(Chunks, chunk => chunk > query.Limit)); ; step = Math.Min(step + 1, Chunks.Length - 1))
        {
            var rows = await database.ListNearlyAsync(
                _statements.Look(query, terms, lead, from, Chunks[step]), Chunks[step], row => (Id: database.ReadId(row, 0), Image: row.IsDBNull(1) ? null : _reader.Read(row, 1)), cancellationToken);
            found.AddRange(from row in rows where row.Image is not null select row.Image);
            looked += rows.Count;
            // One more than asked for tells whether there are more.
            if (found.Count > query.Limit) return Found(found[..query.Limit], found[query.Limit - 1].Id);
            if (rows.Count < Chunks[step]) return Found(found, null);
            if (looked >= most) return Found(found, rows[^1].Id);
            from = rows[^1].Id;
        }

        FoundImages Found(List<ImageRecord> images, Id? next)
        {
            if (query.Before is not null) images.Reverse(); // the nearest came first
            return new FoundImages(images, next);
        }
    }

    /// <summary>What leads; null when one of the words is nowhere.</summary>
    private async Task<SearchLead?> LeadAsync(ImageQuery query, SearchTerms terms, CancellationToken cancellationToken)
    {
        var counts = (await database.ListNearlyAsync(
            _statements.Count(query, terms), 1, row => Enumerable.Range(0, row.FieldCount).Select(row.GetInt32).ToArray(), cancellationToken))[0];
        if (counts.Contains(0)) return null;
        var least = Array.IndexOf(counts, counts.Min()); // of several that are not rare the first, which is a whole word where there is one
        if (least < terms.Words.Count) return new SearchLead(LeadKind.Word, terms.Words[least]);
        if (counts[least] < Rare) return new SearchLead(LeadKind.Range);

        var spellings = await database.ListNearlyAsync(_statements.Spell(query, terms), Spellings, row => row.GetString(0), cancellationToken);
        return spellings.Count > Spellings ? new SearchLead(LeadKind.Images) : new SearchLead(LeadKind.Spellings, JsonSerializer.Serialize(spellings));
    }
}

/// <summary>What gives a search its images in order.</summary>
/// <param name="Kind">Which of the ways.</param>
/// <param name="Value">The word, or the words as JSON; null where the search's own prefix says it.</param>
internal readonly record struct SearchLead(LeadKind Kind, string? Value = null);

/// <summary>The ways in which images can be gone through in order.</summary>
internal enum LeadKind
{
    /// <summary>The images of one word.</summary>
    Word,

    /// <summary>All images whose words begin so: few, so that they can be sorted.</summary>
    Range,

    /// <summary>The images of several words, merged.</summary>
    Spellings,

    /// <summary>The list itself: too many words begin so, as after one letter.</summary>
    Images,
}
