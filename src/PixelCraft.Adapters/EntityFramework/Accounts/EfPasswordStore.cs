using Microsoft.EntityFrameworkCore;
using PixelCraft.Accounts;
using PixelCraft.Ids;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Passwords, and the links by which forgotten ones are changed, on SQLite or PostgreSQL.</summary>
internal sealed class EfPasswordStore(IDbContextFactory<AccountsDbContext> factory, TimeProvider time) : IPasswordStore
{
    public async Task<bool> ChangeAsync(
        Id member, string oldHash, string newHash, string securityStamp, OutgoingMail? notice, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(
            () => ReplaceAsync(db, Open(db).Where(m => m.Id == member && m.PasswordHash == oldHash), member, newHash, securityStamp, notice, cancellationToken),
            cancellationToken);
    }

    public async Task<Member?> AddResetAsync(string normalizedEmail, PasswordReset reset, int most, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(async () =>
        {
            var now = time.GetUtcNow();
            await db.PasswordResets.Where(row => row.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
            var member = await Open(db).AsNoTracking().FirstOrDefaultAsync(m => m.NormalizedEmail == normalizedEmail, cancellationToken);
            if (member is null) return null;
            var others = await db.PasswordResets.Where(row => row.MemberId == member.Id && row.MailId != reset.MailId)
                .Select(row => row.MailId).Distinct().CountAsync(cancellationToken);
            if (others >= most) return null;
            db.PasswordResets.Add(new PasswordResetRow { TokenHash = reset.TokenHash, MemberId = member.Id, MailId = reset.MailId, ExpiresAt = reset.ExpiresAt });
            await db.SaveChangesAsync(cancellationToken);
            return member;
        }, cancellationToken);
    }

    public async Task<Id?> FindResetAsync(string tokenHash, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        return await (from row in db.PasswordResets
                      where row.TokenHash == tokenHash && row.ExpiresAt > now
                      join member in Open(db) on row.MemberId equals member.Id
                      select (Id?)row.MemberId).FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<bool> ResetAsync(string tokenHash, string newHash, string securityStamp, OutgoingMail? notice, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.InTransactionAsync(async () =>
        {
            var now = time.GetUtcNow();
            if (await db.PasswordResets.AsNoTracking().FirstOrDefaultAsync(r => r.TokenHash == tokenHash, cancellationToken) is not { } reset) return false;
            // Of two transactions only one finds the row, since the other waits for it.
            if (await db.PasswordResets.Where(r => r.TokenHash == tokenHash && r.ExpiresAt > now).ExecuteDeleteAsync(cancellationToken) == 0) return false;
            return await ReplaceAsync(db, Open(db).Where(m => m.Id == reset.MemberId), reset.MemberId, newHash, securityStamp, notice, cancellationToken);
        }, cancellationToken);
    }

    private static async Task<bool> ReplaceAsync(
        AccountsDbContext db, IQueryable<Member> whose, Id id, string newHash, string securityStamp, OutgoingMail? notice, CancellationToken cancellationToken)
    {
        var changed = await whose.ExecuteUpdateAsync(
            set => set.SetProperty(m => m.PasswordHash, newHash)
                .SetProperty(m => m.SecurityStamp, securityStamp)
                .SetProperty(m => m.ConcurrencyStamp, securityStamp)
                .SetProperty(m => m.AccessFailedCount, 0)
                .SetProperty(m => m.LockoutEnd, (DateTimeOffset?)null),
            cancellationToken);
        if (changed == 0) return false;
        await db.PasswordResets.Where(row => row.MemberId == id).ExecuteDeleteAsync(cancellationToken);
        if (notice is null) return true;
        db.Outbox.Add(MailRow.Of(notice));
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    private static IQueryable<Member> Open(AccountsDbContext db) => db.Users.Where(member => member.DeletedAt == null && member.SuspendedAt == null);
}
