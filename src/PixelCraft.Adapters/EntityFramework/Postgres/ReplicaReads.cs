using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using PixelCraft.Consistency;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>Reads from the servers of a database that answer best, another one when one fails: a read can be repeated.</summary>
/// <param name="servers">The servers.</param>
/// <param name="database">What an exception calls the database.</param>
/// <param name="store">Its name in a <see cref="ReadPosition"/>.</param>
internal sealed class ReplicaReads(PostgresServers servers, string database, string store)
{
    /// <summary>As <see cref="RawDatabase.ListAsync"/>, but of data that may be behind by a bounded time; never behind the reader's own writes.</summary>
    /// <exception cref="UnavailableException">No server that has got so far can be reached.</exception>
    public async Task<List<T>> ListAsync<T>(Statement query, int expected, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var position = ReadPosition.Current?.Of(store) ?? 0;
        await servers.LookedAt.WaitAsync(cancellationToken);
        Exception? failure = null;
        foreach (var server in servers.ToRead(position))
        {
            try
            {
                // Not longer, as a server that hangs doesn't notice that it is asked to stop either.
                var rows = await ListAsync(server, position, query, expected, read, cancellationToken).WaitAsync(PostgresServers.Patience, cancellationToken);
                if (rows is not null) return rows;
            }
            catch (Exception e) when (e is TimeoutException || OutageStrategy.Translate(e, database) is UnavailableException)
            {
                failure = e;
                // A query that was in the way of the replay is no fault of the server's.
                if (e is not PostgresException { SqlState: PostgresErrorCodes.SerializationFailure }) server.Failed();
            }
        }
        throw new UnavailableException($"{database} database", failure);
    }

    /// <summary>The rows; null when the server turns out not to have got so far.</summary>
    private static async Task<List<T>?> ListAsync<T>(
        PostgresServer server, ulong position, Statement query, int expected, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var connection = await server.Source.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        // Asked before the query, in the same round trip: what was replayed by then, the query sees.
        var asks = !server.IsPrimary && server.Position < position;
        if (asks) batch.BatchCommands.Add(new NpgsqlBatchCommand(PostgresServer.Replayed));
        batch.BatchCommands.Add(query.ToBatchCommand());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (asks)
        {
            await reader.ReadAsync(cancellationToken);
            server.Position = (ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(0);
            if (server.Position < position) return null;
            await reader.NextResultAsync(cancellationToken);
        }
        var rows = new List<T>(expected);
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }
}
