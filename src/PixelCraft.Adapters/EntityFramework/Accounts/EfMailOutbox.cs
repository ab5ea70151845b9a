using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>The outbox of mails in the accounts' database, SQLite or PostgreSQL.</summary>
internal sealed class EfMailOutbox(IDbContextFactory<AccountsDbContext> factory) : IMailOutbox
{
    public async Task AddAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        db.Outbox.Add(MailRow.Of(mail));
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<TakenMail> TakeAsync(Id mail, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        // Of several who try at once one changes the time, and the others find it changed.
        var taken = await db.Outbox.Where(row => row.Id == mail && (row.DueAt == null || row.DueAt <= now))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, until), cancellationToken) == 1;
        var found = await db.Outbox.AsNoTracking().FirstOrDefaultAsync(row => row.Id == mail, cancellationToken);
        return found is null ? default : taken ? new TakenMail(found.Mail, null) : new TakenMail(null, found.DueAt);
    }

    public async Task PutBackAsync(Id mail, DateTimeOffset? due, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Outbox.Where(row => row.Id == mail).ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, due), cancellationToken);
    }

    public async Task EndAsync(Id mail, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Outbox.Where(row => row.Id == mail).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Id>> DueAsync(DateTimeOffset now, DateTimeOffset forgotten, int limit, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Outbox.Where(row => row.DueAt == null && row.CreatedAt < forgotten).ExecuteDeleteAsync(cancellationToken);
        return await db.Outbox.Where(row => row.DueAt <= now).OrderBy(row => row.DueAt).Take(limit).Select(row => row.Id).ToListAsync(cancellationToken);
    }

    public async Task<MailBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var waiting = db.Outbox.Where(row => row.DueAt != null);
        var oldest = await waiting.OrderBy(row => row.CreatedAt).Select(row => (DateTimeOffset?)row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        return new MailBacklog(
            await waiting.LongCountAsync(cancellationToken), await db.Outbox.LongCountAsync(row => row.DueAt == null, cancellationToken), oldest);
    }
}
