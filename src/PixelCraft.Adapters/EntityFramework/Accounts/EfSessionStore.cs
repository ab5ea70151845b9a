using Microsoft.EntityFrameworkCore;
using PixelCraft.Accounts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Sessions in the accounts database: for a program without Redis.</summary>
internal sealed class EfSessionStore(IDbContextFactory<AccountsDbContext> factory, TimeProvider time) : ISessionStore
{
    public async Task AddAsync(Session session, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        await db.Sessions.Where(s => s.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        db.Sessions.Add(new SessionRow
        {
            KeyHash = session.KeyHash,
            Id = session.Id,
            MemberId = session.MemberId,
            SecurityStamp = session.SecurityStamp,
            CreatedAt = session.CreatedAt,
            UserAgent = session.UserAgent,
            UsedAt = session.Use.At,
            ExpiresAt = session.Use.ExpiresAt,
            Address = session.Use.Address,
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<Session?> FindAsync(string keyHash, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var row = await db.Sessions.AsNoTracking().FirstOrDefaultAsync(s => s.KeyHash == keyHash && s.ExpiresAt > now, cancellationToken);
        return row is null ? null : Read(row);
    }

    public async Task<bool> TouchAsync(string keyHash, SessionUse use, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = await db.Sessions.Where(s => s.KeyHash == keyHash && s.ExpiresAt > now).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.UsedAt, use.At).SetProperty(s => s.ExpiresAt, use.ExpiresAt).SetProperty(s => s.Address, use.Address),
            cancellationToken);
        return rows == 1;
    }

    public async Task<IReadOnlyList<Session>> ListAsync(Id member, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = await db.Sessions.AsNoTracking().Where(s => s.MemberId == member && s.ExpiresAt > now)
            .OrderByDescending(s => s.UsedAt).ThenByDescending(s => s.Id).ToListAsync(cancellationToken);
        return [.. rows.Select(Read)];
    }

    public async Task<bool> RemoveAsync(Id member, Id session, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = await db.Sessions.Where(s => s.MemberId == member && s.Id == session && s.ExpiresAt > now).ExecuteDeleteAsync(cancellationToken);
        return rows == 1;
    }

    public async Task RemoveAllAsync(Id member, Id? except, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var sessions = db.Sessions.Where(s => s.MemberId == member);
        if (except is { } kept) sessions = sessions.Where(s => s.Id != kept);
        await sessions.ExecuteDeleteAsync(cancellationToken);
    }

    private static Session Read(SessionRow row) => new(
        row.Id, row.KeyHash, row.MemberId, row.SecurityStamp, row.CreatedAt, row.UserAgent, new SessionUse(row.UsedAt, row.ExpiresAt, row.Address));
}
