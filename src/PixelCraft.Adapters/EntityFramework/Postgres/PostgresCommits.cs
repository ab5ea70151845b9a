using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using PixelCraft.Consistency;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>
/// EF Core's writes: its connections are watched by <see cref="SynchronousCommit"/>, and its transactions advance the
/// <see cref="ReadPosition"/>. Single statements outside a transaction don't: what is read from replicas is written by transactions.
/// </summary>
/// <param name="hasReplicas">Whether anybody asks for positions.</param>
/// <param name="database">The database's name in a position.</param>
internal sealed class PostgresCommits(bool hasReplicas, string database) : IDbConnectionInterceptor, IDbTransactionInterceptor
{
    public DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result) => SynchronousCommit.Watch((NpgsqlConnection)result);

    public async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken)
    {
        if (!hasReplicas || ReadPosition.Current is not { } position) return;
        await using var command = eventData.Context!.Database.GetDbConnection().CreateCommand();
        command.CommandText = PostgresServer.Flushed;
        position.Advance(database, (ulong)(NpgsqlLogSequenceNumber)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
