using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using PixelCraft.Adapters.EntityFramework.Postgres;
using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>A statement with <c>$1</c>, <c>$2</c>, … for its values.</summary>
/// <param name="Sql">The same instance for the same text, by which what was prepared is known.</param>
/// <param name="Values">The values, as <see cref="RawDatabase"/> makes them of the program's own types; null is the database's.</param>
internal readonly record struct Statement(string Sql, params IReadOnlyList<object?> Values)
{
    /// <summary>For PostgreSQL.</summary>
    public NpgsqlBatchCommand ToBatchCommand()
    {
        var command = new NpgsqlBatchCommand(Sql);
        foreach (var value in Values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}

/// <summary>
/// The hot paths, past EF Core, whose pipeline costs more than the statements. They are prepared once: on
/// PostgreSQL by the driver, per connection of its pool; SQLite's driver prepares anew with every connection it hands out, so
/// that here the connections are kept, with their statements. A read sees what was committed before it began.
/// </summary>
/// <param name="create">Makes a connection, not open yet.</param>
/// <param name="servers">PostgreSQL; null for SQLite, whose connections and statements are kept here.</param>
/// <param name="database">What an exception calls the database; in PostgreSQL also the schema.</param>
/// <param name="store">The database's name in a <see cref="ReadPosition"/>.</param>
internal sealed class RawDatabase(Func<DbConnection> create, PostgresServers? servers, string database, string store) : IDisposable
{
    private const int MostKept = 16;

    /// <summary>A commit of a few bytes that changes nothing, and waits for the standby as every other one does.</summary>
    private const string Nothing = "SELECT pg_logical_emit_message(true, 'pixelcraft', '')";

    private readonly ConcurrentBag<Connection> _kept = [];
    private readonly ReplicaReads? _replicas = servers is { HasReplicas: true } ? new ReplicaReads(servers, database, store) : null;

    /// <summary>Whether it is SQLite, which has no schemas.</summary>
    public bool IsSqlite => servers is null;

    /// <summary>A table's name in a statement.</summary>
    public string Table(string name) => IsSqlite ? name : $"{database}.{name}";

    /// <summary>An id as the value of a parameter, as <see cref="ModelConventions"/> says.</summary>
    public object Value(Id id) => IsSqlite ? id.ToBytes() : id.ToGuid();

    /// <summary>A time, likewise.</summary>
    public object Value(DateTimeOffset time) => IsSqlite ? ModelConventions.ToMicroseconds(time) : time.UtcDateTime;

    /// <summary>A time that may be missing, likewise.</summary>
    public object? Value(DateTimeOffset? time) => time is { } known ? Value(known) : null;

    /// <summary>The id in a column.</summary>
    public Id ReadId(DbDataReader row, int column) =>
        IsSqlite ? Id.FromBytes(row.GetFieldValue<byte[]>(column)) : Id.FromGuid(row.GetGuid(column));

    /// <summary>The time in a column.</summary>
    public DateTimeOffset ReadTime(DbDataReader row, int column) =>
        IsSqlite ? ModelConventions.FromMicroseconds(row.GetInt64(column)) : new DateTimeOffset(row.GetDateTime(column));

    /// <summary>The rows of a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="expected">About how many rows.</param>
    /// <param name="read">Makes an item of the row that the reader stands on.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="UnavailableException">The database can't be reached.</exception>
    public async Task<List<T>> ListAsync<T>(Statement query, int expected, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await ListOnceAsync(query, expected, read, cancellationToken);
        }
        catch (UnavailableException) when (!IsSqlite)
        {
            // The driver's pool may have handed out a connection to a server that was restarted, or is the primary no more. A read can be
            // repeated; a write can't, since the one that failed may have been done.
            return await ListOnceAsync(query, expected, read, cancellationToken);
        }
    }

    /// <summary>The same from a replica, where there are any: it may be behind by a bounded time, but not behind the reader's own writes (<see cref="ReadPosition"/>).</summary>
    public Task<List<T>> ListNearlyAsync<T>(Statement query, int expected, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        _replicas?.ListAsync(query, expected, read, cancellationToken) ?? ListAsync(query, expected, read, cancellationToken);

    /// <summary>
    /// Runs the statements in this order in one transaction, on PostgreSQL in one round trip. When it throws, none is done, but for
    /// an outage while it commits: then all or none. A commit that no standby has confirmed counts as such an outage.
    /// </summary>
    /// <returns>How many rows each changed.</returns>
    /// <exception cref="UnavailableException">The database can't be reached.</exception>
    /// <exception cref="StorageFullException">Its disk is full.</exception>
    /// <exception cref="DbException">The database refuses one, as by a key that is there already.</exception>
    public Task<int[]> ChangeAsync(IReadOnlyList<Statement> statements, CancellationToken cancellationToken) => WithConnectionAsync(
        connection => IsSqlite ? connection.ChangeInTransactionAsync(statements, cancellationToken) : connection.ChangeInBatchAsync(statements, database, store, PositionToAdvance, cancellationToken),
        cancellationToken);

    /// <summary>
    /// Returns when the standby has all that was committed before, so that what was read can be told as done. Standbys get commits in their
    /// order: one that is confirmed confirms all before it. On SQLite, whose file is the only copy, there is nothing to wait for.
    /// </summary>
    /// <exception cref="UnavailableException">No standby confirms it, or the database can't be reached.</exception>
    public Task ConfirmAsync(CancellationToken cancellationToken) => IsSqlite ? Task.CompletedTask : ChangeAsync([new Statement(Nothing)], cancellationToken);

    public void Dispose()
    {
        while (_kept.TryTake(out var connection)) connection.Dispose();
    }

    /// <summary>What a write shall tell how far the log is when it is done; null where nobody wants to know.</summary>
    private ReadPosition? PositionToAdvance => _replicas is null ? null : ReadPosition.Current;

    private Task<List<T>> ListOnceAsync<T>(Statement query, int expected, Func<DbDataReader, T> read, CancellationToken cancellationToken) => WithConnectionAsync(
        async connection =>
        {
            var rows = new List<T>(expected);
            await using var reader = await connection.Prepare(query).ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
            return rows;
        },
        cancellationToken);

    private async Task<T> WithConnectionAsync<T>(Func<Connection, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Connection? connection = null;
        try
        {
            if (!_kept.TryTake(out connection))
            {
                connection = new Connection(create());
                await connection.OpenAsync(cancellationToken);
            }
            var result = await work(connection);
            if (IsSqlite && _kept.Count < MostKept)
            {
                _kept.Add(connection);
                connection = null;
            }
            return result;
        }
        catch (Exception e) when (OutageStrategy.Translate(e, database) is { } outage)
        {
            throw outage;
        }
        finally
        {
            // One that failed is not kept.
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    private sealed class Connection(DbConnection connection) : IDisposable, IAsyncDisposable
    {
        private readonly Dictionary<string, DbCommand> _commands = new(ReferenceEqualityComparer.Instance);

        public async Task OpenAsync(CancellationToken cancellationToken)
        {
            await connection.OpenAsync(cancellationToken);
            if (connection is not SqliteConnection sqlite) return;
            // Else each new value of a parameter has the statement planned again (https://sqlite.org/c3ref/c_dbconfig_defensive.html, ENABLE_QPSG).
            SQLitePCL.raw.sqlite3_db_config(sqlite.Handle!, SQLitePCL.raw.SQLITE_DBCONFIG_ENABLE_QPSG, 1, out _);
            await using var command = connection.CreateCommand();
            command.CommandText = SqlitePragmas.Durable;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public DbCommand Prepare(Statement statement)
        {
            if (!_commands.TryGetValue(statement.Sql, out var command))
            {
                command = connection.CreateCommand();
                command.CommandText = statement.Sql;
                foreach (var _ in statement.Values) command.Parameters.Add(Parameter(command));
                _commands.Add(statement.Sql, command);
            }
            for (var i = 0; i < statement.Values.Count; i++) command.Parameters[i].Value = statement.Values[i] ?? DBNull.Value;
            return command;
        }

        public async Task<int[]> ChangeInTransactionAsync(IReadOnlyList<Statement> statements, CancellationToken cancellationToken)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var rows = new int[statements.Count];
            for (var i = 0; i < rows.Length; i++)
            {
                var command = Prepare(statements[i]);
                command.Transaction = transaction;
                rows[i] = await command.ExecuteNonQueryAsync(cancellationToken);
                command.Transaction = null; // the next transaction is another one
            }
            await transaction.CommitAsync(cancellationToken);
            return rows;
        }

        /// <summary>The server takes a batch as one transaction (https://www.postgresql.org/docs/current/protocol-flow.html, "Pipelining").</summary>
        public async Task<int[]> ChangeInBatchAsync(IReadOnlyList<Statement> statements, string database, string store, ReadPosition? position, CancellationToken cancellationToken)
        {
            await using var batch = ((NpgsqlConnection)connection).CreateBatch();
            foreach (var statement in statements) batch.BatchCommands.Add(statement.ToBatchCommand());
            if (position is not null)
            {
                // The barrier ends the transaction: what follows is done after the commit, in the same round trip.
                batch.BatchCommands[^1].AppendErrorBarrier = true;
                batch.BatchCommands.Add(new NpgsqlBatchCommand(PostgresServer.Flushed));
            }
            var flushed = await batch.ExecuteScalarAsync(cancellationToken);
            SynchronousCommit.ThrowIfCutShort(connection, database);
            position?.Advance(store, (ulong)(NpgsqlLogSequenceNumber)flushed!);
            return [.. Enumerable.Range(0, statements.Count).Select(i => batch.BatchCommands[i].RecordsAffected)];
        }

        /// <summary>Disposing a connection of the driver's pool gives it back.</summary>
        public void Dispose()
        {
            foreach (var command in _commands.Values) command.Dispose();
            connection.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var command in _commands.Values) await command.DisposeAsync();
            await connection.DisposeAsync();
        }

        /// <summary>PostgreSQL's parameters have places and no names, SQLite's are named by their places.</summary>
        private static DbParameter Parameter(DbCommand command)
        {
            var parameter = command.CreateParameter();
            if (command is SqliteCommand) parameter.ParameterName = $"${command.Parameters.Count + 1}";
            return parameter;
        }
    }
}
