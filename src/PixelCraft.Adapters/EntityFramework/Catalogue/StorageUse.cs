using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// One owner's sums: of the originals' bytes, and of the reservations. Everything that changes an owner's records or
/// reservations begins with <see cref="AddAsync"/>, which makes the row where there is none and locks it for the
/// transaction: so that sums are exact, and locks are always taken in the same order.
/// </summary>
internal sealed class StorageUse
{
    public Id OwnerId { get; set; }

    public long Used { get; set; }

    public long Reserved { get; set; }

    /// <summary>Locks the owner's row and adds to its sums; both may be 0 or negative.</summary>
    public static Task AddAsync(CatalogueDbContext db, Id owner, long used, long reserved, CancellationToken cancellationToken)
    {
        // Both databases know this form of upsert. EF Core has none; and to insert and catch the duplicate would end a transaction of PostgreSQL.
        object key = db.Database.IsSqlite() ? owner.ToBytes() : owner.ToGuid();
        return db.Database.ExecuteSqlRawAsync(
            db.Database.IsSqlite()
                ? "INSERT INTO storage_use AS u (owner_id, used, reserved) VALUES ({0}, {1}, {2}) ON CONFLICT (owner_id) DO UPDATE SET used = u.used + excluded.used, reserved = u.reserved + excluded.reserved"
                : "INSERT INTO catalogue.storage_use AS u (owner_id, used, reserved) VALUES ({0}, {1}, {2}) ON CONFLICT (owner_id) DO UPDATE SET used = u.used + excluded.used, reserved = u.reserved + excluded.reserved",
            [key, used, reserved],
            cancellationToken);
    }
}
