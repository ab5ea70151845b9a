using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace PixelCraft.Adapters.EntityFramework;

internal static class Duplicates
{
    /// <summary>Whether a row could not be added because another one has its key, or a value that must be unique.</summary>
    public static bool IsDuplicate(this Exception exception) => (exception is DbUpdateException ? exception.InnerException : exception) is
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation }
        or SqliteException { SqliteExtendedErrorCode: 1555 or 2067 }; // PRIMARYKEY, UNIQUE
}
