using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Catches up with records whose words are not those of their version.</summary>
internal sealed class SearchIndex(RawDatabase database, ImageReader reader, WordStatements words) : ISearchIndex
{
    /// <summary>Records of one transaction, which keeps them locked.</summary>
    private const int AtOnce = 20;

    private readonly string _unindexed = $"SELECT id FROM {database.Table("images")} WHERE indexed_version <> version ORDER BY id LIMIT $1";

    public async Task<int> FillAsync(int limit, CancellationToken cancellationToken)
    {
        var ids = await database.ListAsync(new Statement(_unindexed, limit), limit, row => database.ReadId(row, 0), cancellationToken);
        foreach (var some in ids.Chunk(AtOnce))
        {
            var images = new List<ImageRecord>(some.Length);
            // With their metadata, which lists are without.
            foreach (var id in some)
                if (await reader.FindAsync(id, cancellationToken) is { } image) images.Add(image);
            if (images.Count > 0) await database.ChangeAsync([.. images.SelectMany(words.Index)], cancellationToken);
        }
        return ids.Count;
    }
}
