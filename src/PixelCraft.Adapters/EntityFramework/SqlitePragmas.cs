using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>
/// Write-ahead log, so that readers don't wait for writers, and a sync of the log at every commit, so that what was
/// acknowledged survives a loss of power (https://sqlite.org/pragma.html#pragma_synchronous).
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    /// <summary>That a commit is synced: of a connection, while the log is of the file.</summary>
    public const string Durable = "PRAGMA synchronous=FULL;";

    private const string Pragmas = $"PRAGMA journal_mode=WAL; {Durable}";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
