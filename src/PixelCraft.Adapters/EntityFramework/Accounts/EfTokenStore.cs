using Microsoft.EntityFrameworkCore;
using PixelCraft.Accounts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>API tokens on SQLite or PostgreSQL.</summary>
internal sealed class EfTokenStore(IDbContextFactory<AccountsDbContext> factory) : ITokenStore
{
    public async Task AddAsync(ApiToken token, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        db.ApiTokens.Add(token);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<TokenHolder?> FindAsync(string tokenHash, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var found = await db.ApiTokens.Where(token => token.TokenHash == tokenHash)
            .Join(
                db.Users.Where(member => member.SuspendedAt == null && member.DeletedAt == null),
                token => token.MemberId, member => member.Id, (token, member) => new { member.Id, member.Name, token.CanWrite })
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : new TokenHolder(found.Id, found.Name, found.CanWrite);
    }

    public async Task<IReadOnlyList<ApiToken>> ListAsync(Id member, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.ApiTokens.AsNoTracking().Where(token => token.MemberId == member)
            .OrderByDescending(token => token.Id).ToListAsync(cancellationToken);
    }

    public async Task<bool> RemoveAsync(Id member, Id token, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.ApiTokens.Where(t => t.Id == token && t.MemberId == member).ExecuteDeleteAsync(cancellationToken) == 1;
    }
}
