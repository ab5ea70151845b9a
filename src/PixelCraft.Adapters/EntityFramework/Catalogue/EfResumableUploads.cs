using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Resumable uploads beside the catalogue, on SQLite or PostgreSQL. The lock is two columns that the record in Core doesn't show.</summary>
internal sealed class EfResumableUploads(IDbContextFactory<CatalogueDbContext> factory) : IResumableUploads
{
    /// <summary>Shadow properties.</summary>
    internal const string Holder = "LockHolder";
    internal const string LockedUntil = "LockedUntil";

    public async Task AddAsync(ResumableUpload upload, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        db.Uploads.Add(upload);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<ResumableUpload?> FindAsync(Id id, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Uploads.AsNoTracking().FirstOrDefaultAsync(u => u.Id == id, cancellationToken);
    }

    public async Task<bool> TryLockAsync(Id id, Guid holder, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Uploads
            .Where(u => u.Id == id && (EF.Property<Guid?>(u, Holder) == null || EF.Property<Guid?>(u, Holder) == holder || EF.Property<DateTimeOffset?>(u, LockedUntil) <= now))
            .ExecuteUpdateAsync(
                set => set.SetProperty(u => EF.Property<Guid?>(u, Holder), holder).SetProperty(u => EF.Property<DateTimeOffset?>(u, LockedUntil), until),
                cancellationToken) == 1;
    }

    public async Task<bool> SaveAsync(Id id, Guid holder, UploadProgress? progress, bool unlock, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Uploads.Where(u => u.Id == id && EF.Property<Guid?>(u, Holder) == holder).ExecuteUpdateAsync(
            set =>
            {
                // Always one at least: an update that sets nothing is none.
                set.SetProperty(u => EF.Property<Guid?>(u, Holder), unlock ? null : holder);
                if (unlock) set.SetProperty(u => EF.Property<DateTimeOffset?>(u, LockedUntil), (DateTimeOffset?)null);
                if (progress is not { } now) return;
                set.SetProperty(u => u.Length, now.Length).SetProperty(u => u.Offset, now.Offset).SetProperty(u => u.ImageId, now.ImageId);
            },
            cancellationToken) == 1;
    }

    public async Task RemoveAsync(Id id, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Uploads.Where(u => u.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ResumableUpload>> ListAsync(DateTimeOffset? expiredBy, Id? owner, int limit, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var uploads = db.Uploads.AsNoTracking();
        if (expiredBy is { } then) uploads = uploads.Where(u => u.ExpiresAt <= then);
        if (owner is { } member) uploads = uploads.Where(u => u.OwnerId == member);
        return await uploads.OrderBy(u => u.Id).Take(limit).ToListAsync(cancellationToken);
    }
}
