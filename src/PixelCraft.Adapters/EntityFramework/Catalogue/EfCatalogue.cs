using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The catalogue on SQLite or PostgreSQL: changes by EF Core, what every request and every upload does by <see cref="ImageReader"/> and <see cref="ImageWriter"/>.</summary>
internal sealed class EfCatalogue(IDbContextFactory<CatalogueDbContext> factory, ImageReader reader, ImageWriter writer) : ICatalogue
{
    public Task<AddResult> AddAsync(ImageRecord image, CancellationToken cancellationToken) => writer.AddAsync(image, cancellationToken);

    public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) => reader.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) => reader.ListAsync(query, cancellationToken);

    public async Task<UpdateOutcome> UpdateAsync(ImageRecord change, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(() => UpdateAsync(db, change, cancellationToken), cancellationToken);
    }

    private static async Task<UpdateOutcome> UpdateAsync(CatalogueDbContext db, ImageRecord change, CancellationToken cancellationToken)
    {
        // Asked within the transaction for the very version that is replaced.
        var dies = await db.Images.AnyAsync(
            image => image.Id == change.Id && image.Version == change.Version && image.Visibility != Visibility.Private && image.ContentHash != change.ContentHash,
            cancellationToken);
        var rows = await db.Images
            .Where(image => image.Id == change.Id && image.Version == change.Version)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(i => i.Title, change.Title)
                    .SetProperty(i => i.Description, change.Description)
                    .SetProperty(i => i.Tags, change.Tags)
                    .SetProperty(i => i.Visibility, change.Visibility)
                    .SetProperty(i => i.Status, change.Status)
                    .SetProperty(i => i.FailureReason, change.FailureReason)
                    .SetProperty(i => i.FileName, change.FileName)
                    .SetProperty(i => i.ContentType, change.ContentType)
                    .SetProperty(i => i.Width, change.Width)
                    .SetProperty(i => i.Height, change.Height)
                    .SetProperty(i => i.ThumbHash, change.ThumbHash)
                    .SetProperty(i => i.DominantColour, change.DominantColour)
                    .SetProperty(i => i.ContentHash, change.ContentHash)
                    .SetProperty(i => i.Variants, change.Variants)
                    .SetProperty(i => i.AvifDone, change.AvifDone)
                    .SetProperty(i => i.Metadata, change.Metadata)
                    .SetProperty(i => i.TakenAt, change.TakenAt)
                    .SetProperty(i => i.UpdatedAt, change.UpdatedAt)
                    .SetProperty(i => i.TrashedAt, change.TrashedAt)
                    .SetProperty(i => i.Version, change.Version + 1)
                    .SetProperty(i => EF.Property<long>(i, ImageWord.IndexedVersion), change.Version + 1),
                cancellationToken);
        if (rows == 1)
        {
            await ImageTag.ReplaceAsync(db, change, cancellationToken);
            await ImageWord.ReplaceAsync(db, change, cancellationToken);
            if (dies) await EfWithdrawals.NoteAsync(db, change.Id, change.UpdatedAt, cancellationToken);
            return UpdateOutcome.Updated;
        }
        return await db.Images.AnyAsync(image => image.Id == change.Id, cancellationToken) ? UpdateOutcome.Conflict : UpdateOutcome.Missing;
    }

    public Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken) => writer.RemoveAsync(id, version, cancellationToken);

    public async Task<IReadOnlySet<Id>> ExistingAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return (await db.Images.Where(image => ids.Contains(image.Id)).Select(image => image.Id).ToListAsync(cancellationToken)).ToHashSet();
    }
}
