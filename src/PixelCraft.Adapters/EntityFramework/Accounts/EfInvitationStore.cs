using Microsoft.EntityFrameworkCore;
using PixelCraft.Accounts;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Invitations on SQLite or PostgreSQL.</summary>
internal sealed class EfInvitationStore(IDbContextFactory<AccountsDbContext> factory, TimeProvider time) : IInvitationStore
{
    public async Task AddAsync(Invitation invitation, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        await db.Invitations.Where(i => i.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        db.Invitations.Add(invitation);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<Invitation?> FindAsync(string codeHash, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        return await db.Invitations.AsNoTracking().FirstOrDefaultAsync(i => i.CodeHash == codeHash && i.ExpiresAt > now, cancellationToken);
    }
}
