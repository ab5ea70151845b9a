using Microsoft.EntityFrameworkCore;
using PixelCraft.Accounts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Members beyond what Identity's store does, on SQLite or PostgreSQL.</summary>
internal sealed class EfMemberStore(IDbContextFactory<AccountsDbContext> factory, AccountsReader reader, TimeProvider time) : IMemberStore, IClosedAccounts
{
    public Task<bool> AnyAsync(CancellationToken cancellationToken) => reader.AnyMemberAsync(cancellationToken);

    public async Task<AddMemberOutcome> AddAsync(Member member, string? invitation, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        try
        {
            return await db.InTransactionAsync(async () =>
            {
                if (invitation is not null && !await UseUpAsync(db, invitation, cancellationToken)) return AddMemberOutcome.InvitationGone;
                await db.Invitations.Where(i => i.IsFirst).ExecuteDeleteAsync(cancellationToken);
                db.Users.Add(member);
                await db.SaveChangesAsync(cancellationToken);
                return AddMemberOutcome.Added;
            }, cancellationToken);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            return AddMemberOutcome.EmailTaken;
        }
    }

    public async Task<IReadOnlyList<Member>> FindAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken)
    {
        if (members.Count == 0) return [];
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await Open(db).Where(member => members.Contains(member.Id)).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Member>> ListAsync(Id? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var members = Open(db);
        if (after is { } last) members = members.Where(member => member.Id < last);
        return await members.OrderByDescending(member => member.Id).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<bool> SuspendAsync(Id member, DateTimeOffset? suspendedAt, string securityStamp, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await Open(db).Where(m => m.Id == member).ExecuteUpdateAsync(
            set => set.SetProperty(m => m.SuspendedAt, suspendedAt)
                .SetProperty(m => m.SecurityStamp, securityStamp)
                .SetProperty(m => m.ConcurrencyStamp, securityStamp),
            cancellationToken) == 1;
    }

    public async Task<bool> SetQuotaAsync(Id member, long? bytes, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        // Identity writes whole rows: the concurrency stamp keeps one that it has read before from undoing this.
        var stamp = Guid.NewGuid().ToString();
        return await Open(db).Where(m => m.Id == member).ExecuteUpdateAsync(
            set => set.SetProperty(m => m.QuotaBytes, bytes).SetProperty(m => m.ConcurrencyStamp, stamp), cancellationToken) == 1;
    }

    public async Task CloseAsync(Id member, DateTimeOffset at, string securityStamp, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        // The user name must be unique, and no e-mail address is written like this.
        var nobody = $"closed:{member}";
        var closed = await db.InTransactionAsync(async () =>
        {
            var rows = await Open(db).Where(m => m.Id == member).ExecuteUpdateAsync(
                set => set.SetProperty(m => m.DeletedAt, at)
                    .SetProperty(m => m.UserName, nobody)
                    .SetProperty(m => m.NormalizedUserName, nobody)
                    .SetProperty(m => m.Email, (string?)null)
                    .SetProperty(m => m.NormalizedEmail, (string?)null)
                    .SetProperty(m => m.Name, "")
                    .SetProperty(m => m.PasswordHash, (string?)null)
                    .SetProperty(m => m.SecurityStamp, securityStamp)
                    .SetProperty(m => m.ConcurrencyStamp, securityStamp),
                cancellationToken);
            rows += await db.PasswordResets.Where(reset => reset.MemberId == member).ExecuteDeleteAsync(cancellationToken);
            rows += await db.Outbox.Where(mail => mail.MemberId == member).ExecuteDeleteAsync(cancellationToken);
            return rows + await db.ApiTokens.Where(token => token.MemberId == member).ExecuteDeleteAsync(cancellationToken);
        }, cancellationToken);
        if (closed == 0) await reader.ConfirmAsync(cancellationToken); // that it is closed
    }

    Task<IReadOnlyList<Id>> IClosedAccounts.ListAsync(int limit, CancellationToken cancellationToken) => reader.ClosedAsync(limit, cancellationToken);

    public async Task RemoveAsync(Id member, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Users.Where(m => m.Id == member && m.DeletedAt != null).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Deletes the invitation: of two transactions only one finds the row, since the other waits for it.</summary>
    private async Task<bool> UseUpAsync(AccountsDbContext db, string codeHash, CancellationToken cancellationToken)
    {
        // Invitations for the first member are many, but one may win: so one transaction at a time. SQLite's write
        // transactions are; in PostgreSQL only writers of members wait, and only here.
        var isFirst = await db.Invitations.AnyAsync(i => i.CodeHash == codeHash && i.IsFirst, cancellationToken);
        if (isFirst && !db.Database.IsSqlite())
            await db.Database.ExecuteSqlAsync($"LOCK TABLE accounts.members IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
        if (isFirst && await db.Users.AnyAsync(cancellationToken)) return false;
        var now = time.GetUtcNow();
        return await db.Invitations.Where(i => i.CodeHash == codeHash && i.ExpiresAt > now).ExecuteDeleteAsync(cancellationToken) == 1;
    }

    private static IQueryable<Member> Open(AccountsDbContext db) => db.Users.AsNoTracking().Where(member => member.DeletedAt == null);
}
