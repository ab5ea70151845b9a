using System.Data.Common;
using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The ledger beside the catalogue, on SQLite or PostgreSQL, by SQL of its own: uploads wait for it.</summary>
internal sealed class QuotaLedger(RawDatabase database, StorageStatements sums) : IQuotaLedger
{
    private const int Batch = 500;

    // Into the place of the one with that id; nothing where it doesn't fit. One that shrinks or stays always fits.
    private readonly string _reserve = $"""
        INSERT INTO {database.Table("reservations")} (id, owner_id, bytes, expires_at)
        SELECT $1, $2, $3, $4 FROM {database.Table("storage_use")} u
        LEFT JOIN {database.Table("reservations")} held ON held.id = $1
        WHERE u.owner_id = $2 AND (held.bytes >= $3 OR u.used + u.reserved - COALESCE(held.bytes, 0) + $3 <= $5)
        ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes, expires_at = excluded.expires_at
        """;

    private readonly string _find = $"SELECT owner_id FROM {database.Table("reservations")} WHERE id = $1";
    private readonly string _expired = $"SELECT id, owner_id FROM {database.Table("reservations")} WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2";
    private readonly string _end = $"DELETE FROM {database.Table("reservations")} WHERE id = $1 AND expires_at <= $2";
    private readonly string _used = $"SELECT used FROM {database.Table("storage_use")} WHERE owner_id = $1";
    private readonly string _owners = $"SELECT owner_id FROM {database.Table("storage_use")} WHERE owner_id > $1 ORDER BY owner_id LIMIT $2";

    private readonly string _recount = $"""
        UPDATE {database.Table("storage_use")} SET used = counted.used, reserved = counted.reserved
        FROM (SELECT
            CAST((SELECT COALESCE(SUM(i.bytes), 0) FROM {database.Table("images")} i WHERE i.owner_id = $1) AS bigint) AS used,
            CAST((SELECT COALESCE(SUM(r.bytes), 0) FROM {database.Table("reservations")} r WHERE r.owner_id = $1) AS bigint) AS reserved) AS counted
        WHERE owner_id = $1 AND (storage_use.used <> counted.used OR storage_use.reserved <> counted.reserved)
        """;

    public async Task<bool> TryReserveAsync(Reservation reservation, long quota, CancellationToken cancellationToken)
    {
        var rows = await database.ChangeAsync(
            [
                sums.Use(reservation.OwnerId, 0),
                new(_reserve, database.Value(reservation.Id), database.Value(reservation.OwnerId), reservation.Bytes, database.Value(reservation.ExpiresAt), quota),
                sums.CountReserved(reservation.OwnerId),
            ],
            cancellationToken);
        return rows[1] > 0;
    }

    public async Task ReleaseAsync(Id reservation, CancellationToken cancellationToken)
    {
        if (await database.ListAsync(new Statement(_find, database.Value(reservation)), 1, row => database.ReadId(row, 0), cancellationToken) is [var owner])
            await EndAsync(reservation, owner, DateTimeOffset.MaxValue, cancellationToken);
    }

    public async Task<long> UsedAsync(Id owner, CancellationToken cancellationToken) =>
        await database.ListAsync(new Statement(_used, database.Value(owner)), 1, row => row.GetInt64(0), cancellationToken) is [var used] ? used : 0;

    public async Task<int> ReleaseExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var (id, owner) in await database.ListAsync(new Statement(_expired, database.Value(now), limit), 16, IdAndOwner, cancellationToken))
            if (await EndAsync(id, owner, now, cancellationToken)) ended++;
        return ended;
    }

    public async Task<int> RecountAsync(CancellationToken cancellationToken)
    {
        var wrong = 0;
        Id last = default;
        while (true)
        {
            // Owners with a row; records are never added without one.
            var owners = await database.ListAsync(new Statement(_owners, database.Value(last), Batch), Batch, row => database.ReadId(row, 0), cancellationToken);
            foreach (var owner in owners)
                wrong += (await database.ChangeAsync([sums.Use(owner, 0), new(_recount, database.Value(owner))], cancellationToken))[1];
            if (owners.Count < Batch) return wrong;
            last = owners[^1];
        }
    }

    /// <summary>Ends it if it still runs out by then: it may have been renewed, or have become a record.</summary>
    private async Task<bool> EndAsync(Id reservation, Id owner, DateTimeOffset by, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            [sums.Use(owner, 0), new(_end, database.Value(reservation), database.Value(by)), sums.CountReserved(owner)], cancellationToken))[1] > 0;

    private (Id Id, Id Owner) IdAndOwner(DbDataReader row) => (database.ReadId(row, 0), database.ReadId(row, 1));
}
