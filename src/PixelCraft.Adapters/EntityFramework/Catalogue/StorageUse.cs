using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>One owner's sums: of the originals' bytes, and of the reservations.</summary>
internal sealed class StorageUse
{
    public Id OwnerId { get; set; }

    public long Used { get; set; }

    public long Reserved { get; set; }
}

/// <summary>
/// The statements that keep the sums. Everything that changes an owner's records or reservations begins with
/// <see cref="Use"/>, which makes the row where there is none and locks it for the transaction: so that sums are exact, and
/// locks are always taken in the same order.
/// </summary>
internal sealed class StorageStatements(RawDatabase database)
{
    // Both databases know this form of upsert.
    private readonly string _use = $"""
        INSERT INTO {database.Table("storage_use")} AS u (owner_id, used, reserved) VALUES ($1, $2, 0)
        ON CONFLICT (owner_id) DO UPDATE SET used = u.used + excluded.used
        """;

    private readonly string _countReserved = $"""
        UPDATE {database.Table("storage_use")}
        SET reserved = CAST((SELECT COALESCE(SUM(r.bytes), 0) FROM {database.Table("reservations")} r WHERE r.owner_id = $1) AS bigint) WHERE owner_id = $1
        """;

    /// <summary>Locks the owner's sums and adds to the originals' bytes; 0 only locks.</summary>
    public Statement Use(Id owner, long bytes) => new(_use, database.Value(owner), bytes);

    /// <summary>Counts the owner's reservations anew: a handful of rows.</summary>
    public Statement CountReserved(Id owner) => new(_countReserved, database.Value(owner));
}
