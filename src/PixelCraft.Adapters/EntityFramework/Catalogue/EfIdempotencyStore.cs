using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Idempotency keys beside the catalogue, on SQLite or PostgreSQL.</summary>
internal sealed class EfIdempotencyStore(IDbContextFactory<CatalogueDbContext> factory, IConfirmation confirmation) : IIdempotencyStore
{
    public async Task<KeyClaim> ClaimAsync(Id owner, string key, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var claim = Guid.NewGuid();
        while (true)
        {
            await using var db = await factory.CreateDbContextAsync(cancellationToken);
            await db.IdempotencyKeys.Where(k => k.OwnerId == owner && k.Key == key && k.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
            db.IdempotencyKeys.Add(new KeyRow { OwnerId = owner, Key = key, Claim = claim, ExpiresAt = until });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return new KeyClaim(KeyOutcome.Claimed, claim, null);
            }
            catch (DbUpdateException e) when (e.IsDuplicate())
            {
                db.ChangeTracker.Clear();
                if (await db.IdempotencyKeys.AsNoTracking().FirstOrDefaultAsync(k => k.OwnerId == owner && k.Key == key, cancellationToken) is not { } there)
                    continue; // Freed in the meantime.
                if (there.Fingerprint is null) return new KeyClaim(KeyOutcome.InProgress, default, null);
                await confirmation.ConfirmAsync(owner, cancellationToken);
                return new KeyClaim(KeyOutcome.Answered, default, new KeptAnswer(there.Fingerprint, there.Status, there.Location, there.Body!));
            }
        }
    }

    public async Task KeepAsync(Id owner, string key, Guid claim, KeptAnswer answer, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await Claimed(db, owner, key, claim).ExecuteUpdateAsync(
            set => set
                .SetProperty(k => k.Fingerprint, answer.Fingerprint)
                .SetProperty(k => k.Status, answer.Status)
                .SetProperty(k => k.Location, answer.Location)
                .SetProperty(k => k.Body, answer.Body)
                .SetProperty(k => k.ExpiresAt, until),
            cancellationToken);
    }

    public async Task FreeAsync(Id owner, string key, Guid claim, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await Claimed(db, owner, key, claim).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<int> RemoveExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var expired = await db.IdempotencyKeys.AsNoTracking().Where(k => k.ExpiresAt <= now).OrderBy(k => k.ExpiresAt).Take(limit).ToListAsync(cancellationToken);
        var removed = 0;
        foreach (var key in expired)
            removed += await db.IdempotencyKeys.Where(k => k.OwnerId == key.OwnerId && k.Key == key.Key && k.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        return removed;
    }

    private static IQueryable<KeyRow> Claimed(CatalogueDbContext db, Id owner, string key, Guid claim) =>
        db.IdempotencyKeys.Where(k => k.OwnerId == owner && k.Key == key && k.Claim == claim && k.Fingerprint == null);

    /// <summary>One key: claimed while there is no fingerprint, else answered.</summary>
    internal sealed class KeyRow
    {
        public Id OwnerId { get; set; }

        public string Key { get; set; } = "";

        public Guid Claim { get; set; }

        public DateTimeOffset ExpiresAt { get; set; }

        public string? Fingerprint { get; set; }

        public int Status { get; set; }

        public string? Location { get; set; }

        public string? Body { get; set; }
    }
}
