using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The catalogue on SQLite or PostgreSQL.</summary>
internal sealed class EfCatalogue(IDbContextFactory<CatalogueDbContext> factory) : ICatalogue
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
            catch (DbUpdateException e) when (IsDuplicate(e))
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

    public async Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Images.AsNoTracking().FirstOrDefaultAsync(image => image.Id == id, cancellationToken);
    }

    public async Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var images = db.Images.AsNoTracking();
        if (query.Owner is { } owner) images = images.Where(image => image.OwnerId == owner);
        // As constants, not parameters: only then may the planners use the partial indexes.
        if (query.Visibility is { } visibility) images = images.Where(image => image.Visibility == EF.Constant(visibility));
        if (query.Status is { } status) images = images.Where(image => image.Status == EF.Constant(status));
        if (query.Trashed == true) images = images.Where(image => image.TrashedAt != null);
        if (query.Trashed == false) images = images.Where(image => image.TrashedAt == null);
        if (query.TrashedBefore is { } then) images = images.Where(image => image.TrashedAt < then);
        if (query.After is { } after) images = images.Where(image => image.Id < after);
        if (query.Before is { } before)
        {
            var nearest = await images.Where(image => image.Id > before).OrderBy(image => image.Id).Take(query.Limit).ToListAsync(cancellationToken);
            nearest.Reverse();
            return nearest;
        }
        return await images.OrderByDescending(image => image.Id).Take(query.Limit).ToListAsync(cancellationToken);
    }

    public async Task<UpdateOutcome> UpdateAsync(ImageRecord change, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
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
                    .SetProperty(i => i.ContentHash, change.ContentHash)
                    .SetProperty(i => i.Variants, change.Variants)
                    .SetProperty(i => i.UpdatedAt, change.UpdatedAt)
                    .SetProperty(i => i.TrashedAt, change.TrashedAt)
                    .SetProperty(i => i.Version, change.Version + 1),
                cancellationToken);
        if (rows == 1) return UpdateOutcome.Updated;
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
        await db.SaveChangesAsync(cancellationToken);
        return new AddResult(AddOutcome.Added, null);
    }

    internal static bool IsDuplicate(DbUpdateException exception) => exception.InnerException is
        Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation }
        or Microsoft.Data.Sqlite.SqliteException { SqliteExtendedErrorCode: 1555 or 2067 }; // PRIMARYKEY, UNIQUE
}
