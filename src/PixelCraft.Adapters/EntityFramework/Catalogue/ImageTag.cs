using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// A tag of an image, as an index to find images by: the truth is the record's own list, and both change in one
/// transaction. What decides who sees the image is here too, so that a list by tag reads only images that it shows,
/// also where one of a million may be shown.
/// </summary>
internal sealed class ImageTag
{
    public Id ImageId { get; init; }

    public required string Tag { get; init; }

    public Id OwnerId { get; init; }

    /// <summary>Whether everybody sees it in lists: public, ready, not in the trash.</summary>
    public bool IsListed { get; init; }

    public static void Map(ModelBuilder model) => model.Entity<ImageTag>(tag =>
    {
        tag.ToTable("image_tags");
        tag.HasKey(t => new { t.ImageId, t.Tag });
        tag.Property(t => t.ImageId).HasColumnName("image_id");
        tag.Property(t => t.Tag).HasColumnName("tag").HasMaxLength(50);
        tag.Property(t => t.OwnerId).HasColumnName("owner_id");
        tag.Property(t => t.IsListed).HasColumnName("listed");
        tag.HasOne<ImageRecord>().WithMany().HasForeignKey(t => t.ImageId).OnDelete(DeleteBehavior.Cascade);
        tag.HasIndex(t => new { t.Tag, t.ImageId }).HasDatabaseName("ix_image_tags_listed").HasFilter("listed");
        tag.HasIndex(t => new { t.OwnerId, t.Tag, t.ImageId }, "ix_image_tags_owner");
        tag.HasIndex(t => new { t.OwnerId, t.Tag, t.ImageId }, "ix_image_tags_owner_listed").HasFilter("listed");
    });

    public static IEnumerable<ImageTag> Of(ImageRecord image)
    {
        var listed = image is { Visibility: Visibility.Public, Status: ImageStatus.Ready, TrashedAt: null };
        return image.Tags.Select(tag => new ImageTag { ImageId = image.Id, Tag = tag, OwnerId = image.OwnerId, IsListed = listed });
    }

    /// <summary>Makes the rows of a record what the record says; within the transaction that changes it.</summary>
    public static async Task ReplaceAsync(CatalogueDbContext db, ImageRecord image, CancellationToken cancellationToken)
    {
        await db.Tags.Where(tag => tag.ImageId == image.Id).ExecuteDeleteAsync(cancellationToken);
        if (image.Tags.Count == 0) return;
        db.Tags.AddRange(Of(image));
        await db.SaveChangesAsync(cancellationToken);
    }
}
