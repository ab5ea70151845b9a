using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The catalogue on SQLite or PostgreSQL.</summary>
internal sealed class EfCatalogue(IDbContextFactory<CatalogueDbContext> factory) : ICatalogue
{
    public async Task AddAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        db.Images.Add(image);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (IsDuplicate(e))
        {
            throw new ArgumentException($"There is an image {image.Id} already.", nameof(image), e);
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
                    .SetProperty(i => i.Bytes, change.Bytes)
                    .SetProperty(i => i.Sha256, change.Sha256)
                    .SetProperty(i => i.Width, change.Width)
                    .SetProperty(i => i.Height, change.Height)
                    .SetProperty(i => i.ThumbHash, change.ThumbHash)
                    .SetProperty(i => i.DominantColour, change.DominantColour)
                    .SetProperty(i => i.ContentHash, change.ContentHash)
                    .SetProperty(i => i.Variants, change.Variants)
                    .SetProperty(i => i.UpdatedAt, change.UpdatedAt)
                    .SetProperty(i => i.TrashedAt, change.TrashedAt)
                    .SetProperty(i => i.Version, change.Version + 1),
                cancellationToken);
        if (rows == 1) return UpdateOutcome.Updated;
        return await db.Images.AnyAsync(image => image.Id == change.Id, cancellationToken) ? UpdateOutcome.Conflict : UpdateOutcome.Missing;
    }

    public async Task RemoveAsync(Id id, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Images.Where(image => image.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<long> BytesOwnedAsync(Id owner, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Images.Where(image => image.OwnerId == owner).SumAsync(image => image.Bytes, cancellationToken);
    }

    private static bool IsDuplicate(DbUpdateException exception) => exception.InnerException is
        Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation }
        or Microsoft.Data.Sqlite.SqliteException { SqliteExtendedErrorCode: 1555 or 2067 }; // PRIMARYKEY, UNIQUE
}
