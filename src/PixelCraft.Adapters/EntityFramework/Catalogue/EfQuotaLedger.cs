using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The ledger beside the catalogue, on SQLite or PostgreSQL.</summary>
internal sealed class EfQuotaLedger(IDbContextFactory<CatalogueDbContext> factory) : IQuotaLedger
{
    private const int Batch = 500;

    public async Task<bool> TryReserveAsync(Reservation reservation, long quota, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(
            async () =>
            {
                await StorageUse.AddAsync(db, reservation.OwnerId, 0, 0, cancellationToken);
                var held = await db.Reservations.Where(r => r.Id == reservation.Id).Select(r => (long?)r.Bytes).FirstOrDefaultAsync(cancellationToken);
                var more = reservation.Bytes - (held ?? 0);
                var fits = await db.StorageUse
                    .Where(use => use.OwnerId == reservation.OwnerId && (more < 0 || use.Used + use.Reserved + more <= quota || (more == 0 && held != null)))
                    .ExecuteUpdateAsync(set => set.SetProperty(use => use.Reserved, use => use.Reserved + more), cancellationToken);
                if (fits == 0) return false;
                if (held is null)
                {
                    db.Reservations.Add(reservation);
                    await db.SaveChangesAsync(cancellationToken);
                }
                else
                {
                    await db.Reservations.Where(r => r.Id == reservation.Id).ExecuteUpdateAsync(
                        set => set.SetProperty(r => r.Bytes, reservation.Bytes).SetProperty(r => r.ExpiresAt, reservation.ExpiresAt), cancellationToken);
                }
                return true;
            },
            cancellationToken);
    }

    public async Task ReleaseAsync(Id reservation, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        if (await db.Reservations.AsNoTracking().FirstOrDefaultAsync(r => r.Id == reservation, cancellationToken) is { } found)
            await ReleaseAsync(db, found, DateTimeOffset.MaxValue, cancellationToken);
    }

    public async Task<long> UsedAsync(Id owner, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.StorageUse.Where(use => use.OwnerId == owner).Select(use => use.Used).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<int> ReleaseExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var expired = await db.Reservations.AsNoTracking().Where(r => r.ExpiresAt <= now).OrderBy(r => r.ExpiresAt).Take(limit).ToListAsync(cancellationToken);
        var released = 0;
        foreach (var reservation in expired)
            if (await ReleaseAsync(db, reservation, now, cancellationToken)) released++;
        return released;
    }

    public async Task<int> RecountAsync(CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var wrong = 0;
        Id last = default;
        while (true)
        {
            // Owners with a row; records are never added without one.
            var owners = await db.StorageUse.Where(use => use.OwnerId > last).OrderBy(use => use.OwnerId).Select(use => use.OwnerId).Take(Batch).ToListAsync(cancellationToken);
            foreach (var owner in owners)
                if (await RecountAsync(db, owner, cancellationToken)) wrong++;
            if (owners.Count < Batch) return wrong;
            last = owners[^1];
        }
    }

    private static Task<bool> RecountAsync(CatalogueDbContext db, Id owner, CancellationToken cancellationToken) => db.InTransactionAsync(
        async () =>
        {
            await StorageUse.AddAsync(db, owner, 0, 0, cancellationToken);
            var used = await db.Images.Where(image => image.OwnerId == owner).SumAsync(image => image.Bytes, cancellationToken);
            var reserved = await db.Reservations.Where(r => r.OwnerId == owner).SumAsync(r => r.Bytes, cancellationToken);
            return await db.StorageUse
                .Where(use => use.OwnerId == owner && (use.Used != used || use.Reserved != reserved))
                .ExecuteUpdateAsync(set => set.SetProperty(use => use.Used, used).SetProperty(use => use.Reserved, reserved), cancellationToken) > 0;
        },
        cancellationToken);

    /// <summary>Ends it if it still runs out by then: it may have been renewed, or have become a record.</summary>
    private static Task<bool> ReleaseAsync(CatalogueDbContext db, Reservation reservation, DateTimeOffset by, CancellationToken cancellationToken) => db.InTransactionAsync(
        async () =>
        {
            await StorageUse.AddAsync(db, reservation.OwnerId, 0, 0, cancellationToken);
            var held = await db.Reservations.AsNoTracking().FirstOrDefaultAsync(r => r.Id == reservation.Id, cancellationToken);
            if (held is null || held.ExpiresAt > by) return false;
            await db.Reservations.Where(r => r.Id == held.Id).ExecuteDeleteAsync(cancellationToken);
            await StorageUse.AddAsync(db, held.OwnerId, 0, -held.Bytes, cancellationToken);
            return true;
        },
        cancellationToken);
}
