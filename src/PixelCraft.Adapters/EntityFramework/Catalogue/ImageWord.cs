using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// A word of an image (<see cref="SearchWords"/>), as an index to find images by; otherwise as <see cref="ImageTag"/>. The record says of which version its words are:
/// a server that knows nothing of words changes the version alone, and <see cref="SearchIndex"/> finds that.
/// </summary>
internal sealed class ImageWord
{
    /// <summary>The column of the record, not one of its properties.</summary>
    public const string IndexedVersion = "IndexedVersion";

    public Id ImageId { get; init; }

    public required string Word { get; init; }

    public Id OwnerId { get; init; }

    /// <summary>As <see cref="ImageTag.IsListed"/>.</summary>
    public bool IsListed { get; init; }

    public static void Map(ModelBuilder model, bool isSqlite)
    {
        model.Entity<ImageWord>(word =>
        {
            word.ToTable("image_words");
            word.HasKey(w => new { w.ImageId, w.Word });
            word.Property(w => w.ImageId).HasColumnName("image_id");
            word.Property(w => w.Word).HasColumnName("word").HasMaxLength(SearchWords.MaxLength);
            // By bytes, as SQLite has it: only so are the words that begin alike one range of the index.
            if (!isSqlite) word.Property(w => w.Word).UseCollation("C");
            word.Property(w => w.OwnerId).HasColumnName("owner_id");
            word.Property(w => w.IsListed).HasColumnName("listed");
            word.HasOne<ImageRecord>().WithMany().HasForeignKey(w => w.ImageId).OnDelete(DeleteBehavior.Cascade);
            word.HasIndex(w => new { w.Word, w.ImageId }).HasDatabaseName("ix_image_words_listed").HasFilter("listed");
            word.HasIndex(w => new { w.OwnerId, w.Word, w.ImageId }).HasDatabaseName("ix_image_words_owner");
        });
        model.Entity<ImageRecord>(image =>
        {
            image.Property<long>(IndexedVersion).HasColumnName("indexed_version").HasDefaultValue(0L);
            // The sweep of the search index: nearly empty, but after an update from a version without it.
            image.HasIndex(i => i.Id, "ix_images_unindexed").HasFilter("indexed_version <> version");
        });
    }

    public static IEnumerable<ImageWord> Of(ImageRecord image)
    {
        var listed = image is { Visibility: Visibility.Public, Status: ImageStatus.Ready, TrashedAt: null };
        return SearchWords.Of(image).Select(word => new ImageWord { ImageId = image.Id, Word = word, OwnerId = image.OwnerId, IsListed = listed });
    }

    /// <summary>Makes the rows of a record what the record says; within the transaction that changes it. Most changes leave them as they are.</summary>
    public static async Task ReplaceAsync(CatalogueDbContext db, ImageRecord image, CancellationToken cancellationToken)
    {
        var there = await db.Words.Where(word => word.ImageId == image.Id).Select(word => new { word.Word, word.IsListed }).ToListAsync(cancellationToken);
        var words = Of(image).ToList();
        if (there.Select(word => (word.Word, word.IsListed)).ToHashSet().SetEquals(words.Select(word => (word.Word, word.IsListed)))) return;
        await db.Words.Where(word => word.ImageId == image.Id).ExecuteDeleteAsync(cancellationToken);
        db.Words.AddRange(words);
        await db.SaveChangesAsync(cancellationToken);
    }
}
