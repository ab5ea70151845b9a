using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The catalogue on SQLite or PostgreSQL: changes by EF Core, hot reads by <see cref="ImageReader"/>.</summary>
internal sealed class EfCatalogue(IDbContextFactory<CatalogueDbContext> factory, ImageReader reader) : ICatalogue
{
    public async Task AddAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        db.Images.Add(image);
        db.Tags.AddRange(ImageTag.Of(image));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (IsDuplicate(e))
        {
            throw new ArgumentException($"There is an image {image.Id} already.", nameof(image), e);
        }
    }

    public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) => reader.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) => reader.ListAsync(query, cancellationToken);

    public async Task<UpdateOutcome> UpdateAsync(ImageRecord change, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(() => UpdateAsync(db, change, cancellationToken), cancellationToken);
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
                    .SetProperty(i => i.Bytes, change.Bytes)
                    .SetProperty(i => i.Sha256, change.Sha256)
                    .SetProperty(i => i.Width, change.Width)
                    .SetProperty(i => i.Height, change.Height)
                    .SetProperty(i => i.ThumbHash, change.ThumbHash)
                    .SetProperty(i => i.ContentHash, change.ContentHash)
                    .SetProperty(i => i.Variants, change.Variants)
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

    private static bool IsDuplicate(DbUpdateException exception) => exception.InnerException is
        Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation }
        or Microsoft.Data.Sqlite.SqliteException { SqliteExtendedErrorCode: 1555 or 2067 }; // PRIMARYKEY, UNIQUE
}
