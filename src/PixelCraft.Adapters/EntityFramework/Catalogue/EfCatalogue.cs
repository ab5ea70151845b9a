using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The catalogue on SQLite or PostgreSQL: changes by EF Core, hot reads by <see cref="ImageReader"/>.</summary>
internal sealed class EfCatalogue(IDbContextFactory<CatalogueDbContext> factory, ImageReader reader) : ICatalogue
{
    public async Task<AddResult> AddAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var db = await factory.CreateDbContextAsync(cancellationToken);
            try
            {
                return await db.InTransactionAsync(() => AddAsync(db, image, cancellationToken), cancellationToken);
            }
            catch (DbUpdateException e) when (e.IsDuplicate())
            {
                db.ChangeTracker.Clear();
                var there = await db.Images.AsNoTracking().FirstOrDefaultAsync(i => i.OwnerId == image.OwnerId && i.Sha256 == image.Sha256, cancellationToken);
                if (there is not null && there.Id != image.Id) return new AddResult(AddOutcome.Duplicate, there);
                if (there is not null || await db.Images.AnyAsync(i => i.Id == image.Id, cancellationToken))
                    throw new ArgumentException($"There is an image {image.Id} already.", nameof(image), e);
                // The one in the way was removed in the meantime.
            }
        }
    }

    public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) => reader.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) => reader.ListAsync(query, cancellationToken);

    public async Task<UpdateOutcome> UpdateAsync(ImageRecord change, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(() => UpdateAsync(db, change, cancellationToken), cancellationToken);
    }

    private static async Task<UpdateOutcome> UpdateAsync(CatalogueDbContext db, ImageRecord change, CancellationToken cancellationToken)
    {
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
                    .SetProperty(i => i.Version, change.Version + 1),
                cancellationToken);
        if (rows == 1)
        {
            await ImageTag.ReplaceAsync(db, change, cancellationToken);
            return UpdateOutcome.Updated;
        }
        return await db.Images.AnyAsync(image => image.Id == change.Id, cancellationToken) ? UpdateOutcome.Conflict : UpdateOutcome.Missing;
    }

    public async Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        if (await db.Images.AsNoTracking().FirstOrDefaultAsync(i => i.Id == id, cancellationToken) is not { } image) return false;
        return await db.InTransactionAsync(
            async () =>
            {
                await StorageUse.AddAsync(db, image.OwnerId, 0, 0, cancellationToken);
                if (await db.Images.Where(i => i.Id == id && (version == null || i.Version == version)).ExecuteDeleteAsync(cancellationToken) == 0) return false;
                await StorageUse.AddAsync(db, image.OwnerId, -image.Bytes, 0, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    public async Task<IReadOnlySet<Id>> ExistingAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return (await db.Images.Where(image => ids.Contains(image.Id)).Select(image => image.Id).ToListAsync(cancellationToken)).ToHashSet();
    }

    private static async Task<AddResult> AddAsync(CatalogueDbContext db, ImageRecord image, CancellationToken cancellationToken)
    {
        await StorageUse.AddAsync(db, image.OwnerId, image.Bytes, 0, cancellationToken);
        if (await db.Reservations.AsNoTracking().FirstOrDefaultAsync(r => r.Id == image.Id, cancellationToken) is { } reservation)
        {
            await db.Reservations.Where(r => r.Id == image.Id).ExecuteDeleteAsync(cancellationToken);
            await StorageUse.AddAsync(db, image.OwnerId, 0, -reservation.Bytes, cancellationToken);
        }
        db.Images.Add(image);
        db.Tags.AddRange(ImageTag.Of(image));
        await db.SaveChangesAsync(cancellationToken);
        return new AddResult(AddOutcome.Added, null);
    }
}
