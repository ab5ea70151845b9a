using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The outbox of withdrawn images in the catalogue's database. An image has one row: withdrawn again, it begins anew.</summary>
internal sealed class EfWithdrawals(IDbContextFactory<CatalogueDbContext> factory) : IWithdrawals
{
    public async Task<IReadOnlyList<Withdrawal>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        var taken = new List<Withdrawal>();
        foreach (var row in await DueAsync(now, limit, cancellationToken))
            if (await TryTakeAsync(row, until, cancellationToken)) taken.Add(new Withdrawal(row.ImageId, row.At));
        return taken;
    }

    /// <summary>Those that are due, the longest due first.</summary>
    public async Task<IReadOnlyList<Row>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Withdrawals.AsNoTracking().Where(row => row.DueAt <= now).OrderBy(row => row.DueAt).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Takes one that is still as it was read. Who changes the time has it: another worker that saw the same row finds it changed.</summary>
    public async Task<bool> TryTakeAsync(Row row, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Withdrawals.Where(r => r.ImageId == row.ImageId && r.At == row.At && r.DueAt == row.DueAt)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.DueAt, until), cancellationToken) == 1;
    }

    public async Task PostponeAsync(IReadOnlyCollection<Withdrawal> withdrawals, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        foreach (var (image, at) in withdrawals)
            await db.Withdrawals.Where(row => row.ImageId == image && row.At == at).ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, until), cancellationToken);
    }

    public async Task EndAsync(IReadOnlyCollection<Withdrawal> withdrawals, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        foreach (var (image, at) in withdrawals)
            await db.Withdrawals.Where(row => row.ImageId == image && row.At == at).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<WithdrawalBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        var oldest = await db.Withdrawals.OrderBy(row => row.At).Select(row => (DateTimeOffset?)row.At).FirstOrDefaultAsync(cancellationToken);
        return new WithdrawalBacklog(oldest is null ? 0 : await db.Withdrawals.LongCountAsync(cancellationToken), oldest);
    }

    /// <summary>Notes one; within the transaction that changes the record, whose lock keeps others from noting the same.</summary>
    public static async Task NoteAsync(CatalogueDbContext db, Id image, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var there = await db.Withdrawals.Where(row => row.ImageId == image)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.At, at).SetProperty(row => row.DueAt, at), cancellationToken);
        if (there > 0) return;
        db.Withdrawals.Add(new Row { ImageId = image, At = at, DueAt = at });
        await db.SaveChangesAsync(cancellationToken);
    }

    public static void Map(ModelBuilder model) => model.Entity<Row>(row =>
    {
        row.ToTable("withdrawals");
        row.HasKey(r => r.ImageId);
        row.Property(r => r.ImageId).HasColumnName("image_id").ValueGeneratedNever();
        row.Property(r => r.At).HasColumnName("at");
        row.Property(r => r.DueAt).HasColumnName("due_at");
        row.HasIndex(r => r.DueAt).HasDatabaseName("ix_withdrawals_due");
    });

    /// <summary>One image.</summary>
    internal sealed class Row
    {
        public Id ImageId { get; init; }

        public DateTimeOffset At { get; init; }

        public DateTimeOffset DueAt { get; init; }
    }
}
