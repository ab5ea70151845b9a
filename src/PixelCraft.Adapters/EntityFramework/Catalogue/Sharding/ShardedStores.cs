using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>The ledger over several databases: an owner's is where the owner's images are.</summary>
internal sealed class ShardedQuotaLedger(Shards shards) : IQuotaLedger
{
    public Task<bool> TryReserveAsync(Reservation reservation, long quota, CancellationToken cancellationToken) =>
        shards.InAsync(reservation.OwnerId, group => group.Ledger.TryReserveAsync(reservation, quota, cancellationToken), cancellationToken);

    public Task ReleaseAsync(Id reservation, CancellationToken cancellationToken) =>
        shards.InAsync(reservation, group => group.Ledger.ReleaseAsync(reservation, cancellationToken), cancellationToken);

    public Task<long> UsedAsync(Id owner, CancellationToken cancellationToken) =>
        shards.InAsync(owner, group => group.Ledger.UsedAsync(owner, cancellationToken), cancellationToken);

    public Task<int> ReleaseExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        shards.SumAsync(limit, (group, rest) => group.Ledger.ReleaseExpiredAsync(now, rest, cancellationToken));

    public Task<int> RecountAsync(CancellationToken cancellationToken) => shards.SumAsync(int.MaxValue, (group, _) => group.Ledger.RecountAsync(cancellationToken));
}

/// <summary>The search index, likewise.</summary>
internal sealed class ShardedSearchIndex(Shards shards) : ISearchIndex
{
    public Task<int> FillAsync(int limit, CancellationToken cancellationToken) =>
        shards.SumAsync(limit, (group, rest) => group.Words.FillAsync(rest, cancellationToken));
}

/// <summary>The outbox of withdrawn images, likewise.</summary>
internal sealed class ShardedWithdrawals(Shards shards) : IWithdrawals
{
    public async Task<IReadOnlyList<Withdrawal>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        // Of a database that is away, as of a moved shard, the others' images don't wait for it. That it is away is told when there is nothing else to do.
        UnavailableException? away = null;
        var due = await shards.AskAllAsync(DueAsync, cancellationToken);
        var taken = new List<Withdrawal>();
        foreach (var row in due.SelectMany(rows => rows).OrderBy(row => row.DueAt).Take(limit))
            if (await TryTakeAsync(row, until, cancellationToken)) taken.Add(new Withdrawal(row.ImageId, row.At));
        return taken.Count == 0 && away is not null ? throw away : taken;

        async Task<IEnumerable<EfWithdrawals.Row>> DueAsync(CatalogueGroup group, Func<Id, bool> isOwn)
        {
            try
            {
                // Copies of what is being moved are left to the database that they are copies of.
                return (await group.Withdrawals.DueAsync(now, limit, cancellationToken)).Where(row => isOwn(row.ImageId));
            }
            catch (UnavailableException e)
            {
                away = e;
                return [];
            }
        }
    }

    public Task PostponeAsync(IReadOnlyCollection<Withdrawal> withdrawals, DateTimeOffset until, CancellationToken cancellationToken) =>
        EachAsync(withdrawals, (group, one) => group.Withdrawals.PostponeAsync([one], until, cancellationToken), cancellationToken);

    public Task EndAsync(IReadOnlyCollection<Withdrawal> withdrawals, CancellationToken cancellationToken) =>
        EachAsync(withdrawals, (group, one) => group.Withdrawals.EndAsync([one], cancellationToken), cancellationToken);

    public async Task<WithdrawalBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        // With the copies of what is being moved: it is an estimate for whoever watches.
        var all = await shards.AskAllAsync((group, _) => group.Withdrawals.BacklogAsync(cancellationToken), cancellationToken);
        return new WithdrawalBacklog(all.Sum(one => one.Count), all.Min(one => one.Oldest));
    }

    private async Task<bool> TryTakeAsync(EfWithdrawals.Row row, DateTimeOffset until, CancellationToken cancellationToken)
    {
        try
        {
            return await shards.InAsync(row.ImageId, group => group.Withdrawals.TryTakeAsync(row, until, cancellationToken), cancellationToken);
        }
        catch (UnavailableException e) when (ShardSchema.IsClosed(e))
        {
            return false; // being moved at this moment; due still when it is there
        }
    }

    private async Task EachAsync(IReadOnlyCollection<Withdrawal> withdrawals, Func<CatalogueGroup, Withdrawal, Task> work, CancellationToken cancellationToken)
    {
        foreach (var one in withdrawals) await shards.InAsync(one.Image, group => work(group, one), cancellationToken);
    }
}

/// <summary>Confirms in the database where an id is.</summary>
internal sealed class ShardedConfirmation(Shards shards) : IConfirmation
{
    public Task ConfirmAsync(Id id, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Confirmation.ConfirmAsync(id, cancellationToken), cancellationToken);
}

/// <summary>The index of variants on demand, likewise.</summary>
internal sealed class ShardedTransformIndex(Shards shards) : ITransformIndex
{
    public Task AddAsync(Id image, string name, DateTimeOffset madeAt, CancellationToken cancellationToken) =>
        shards.InAsync(image, group => group.Transforms.AddAsync(image, name, madeAt, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(Id image, CancellationToken cancellationToken) =>
        shards.InAsync(image, group => group.Transforms.ListAsync(image, cancellationToken), cancellationToken);

    public Task RemoveAsync(Id image, string name, CancellationToken cancellationToken) =>
        shards.InAsync(image, group => group.Transforms.RemoveAsync(image, name, cancellationToken), cancellationToken);
}

/// <summary>Idempotency keys, likewise.</summary>
internal sealed class ShardedIdempotencyStore(Shards shards) : IIdempotencyStore
{
    public Task<KeyClaim> ClaimAsync(Id owner, string key, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        shards.InAsync(owner, group => group.Keys.ClaimAsync(owner, key, now, until, cancellationToken), cancellationToken);

    public Task KeepAsync(Id owner, string key, Guid claim, KeptAnswer answer, DateTimeOffset until, CancellationToken cancellationToken) =>
        shards.InAsync(owner, group => group.Keys.KeepAsync(owner, key, claim, answer, until, cancellationToken), cancellationToken);

    public Task FreeAsync(Id owner, string key, Guid claim, CancellationToken cancellationToken) =>
        shards.InAsync(owner, group => group.Keys.FreeAsync(owner, key, claim, cancellationToken), cancellationToken);

    public Task<int> RemoveExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        shards.SumAsync(limit, (group, rest) => group.Keys.RemoveExpiredAsync(now, rest, cancellationToken));
}

/// <summary>Resumable uploads, likewise.</summary>
internal sealed class ShardedResumableUploads(Shards shards) : IResumableUploads
{
    public Task AddAsync(ResumableUpload upload, CancellationToken cancellationToken) =>
        shards.InAsync(upload.Id, group => group.Uploads.AddAsync(upload, cancellationToken), cancellationToken);

    public Task<ResumableUpload?> FindAsync(Id id, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Uploads.FindAsync(id, cancellationToken), cancellationToken);

    public Task<bool> TryLockAsync(Id id, Guid holder, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Uploads.TryLockAsync(id, holder, now, until, cancellationToken), cancellationToken);

    public Task<bool> SaveAsync(Id id, Guid holder, UploadProgress? progress, bool unlock, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Uploads.SaveAsync(id, holder, progress, unlock, cancellationToken), cancellationToken);

    public Task RemoveAsync(Id id, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Uploads.RemoveAsync(id, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ResumableUpload>> ListAsync(DateTimeOffset? expiredBy, Id? owner, int limit, CancellationToken cancellationToken)
    {
        if (owner is { } member) return await shards.InAsync(member, group => group.Uploads.ListAsync(expiredBy, owner, limit, cancellationToken), cancellationToken);
        // Copies of what is being moved are left to the next sweep.
        var lists = await shards.AskAllAsync(
            async (group, isOwn) => (await group.Uploads.ListAsync(expiredBy, null, limit, cancellationToken)).Where(upload => isOwn(upload.Id)), cancellationToken);
        return [.. lists.SelectMany(list => list).OrderBy(upload => upload.Id).Take(limit)];
    }
}
