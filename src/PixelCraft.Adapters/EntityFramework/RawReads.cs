using System.Collections.Concurrent;
using System.Data.Common;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>
/// Reads of the hot paths, past EF Core, whose pipeline costs more than the query. Statements are prepared once: on
/// PostgreSQL by the driver, per connection of its pool; SQLite's driver prepares anew with every connection it hands out, so
/// that here the connections are kept, with their statements. A read sees what was committed before it began.
/// </summary>
/// <param name="create">Makes a connection, not open yet.</param>
/// <param name="isSqlite">Whether it is SQLite, whose connections and statements are kept here; else PostgreSQL.</param>
/// <param name="database">What an exception calls the database.</param>
internal sealed class RawReads(Func<DbConnection> create, bool isSqlite, string database) : IDisposable
{
    private const int MostKept = 16;

    private readonly ConcurrentBag<Connection> _kept = [];

    /// <summary>Whether it is SQLite, which has no schemas.</summary>
    public bool IsSqlite => isSqlite;

    /// <summary>An id as the value of a parameter, as <see cref="ModelConventions"/> says.</summary>
    public object Value(Id id) => isSqlite ? id.ToBytes() : id.ToGuid();

    /// <summary>A time, likewise.</summary>
    public object Value(DateTimeOffset time) => isSqlite ? ModelConventions.ToMicroseconds(time) : time.UtcDateTime;

    /// <summary>The id in a column.</summary>
    public Id ReadId(DbDataReader row, int column) =>
        isSqlite ? Id.FromBytes(row.GetFieldValue<byte[]>(column)) : Id.FromGuid(row.GetGuid(column));

    /// <summary>The time in a column.</summary>
    public DateTimeOffset ReadTime(DbDataReader row, int column) =>
        isSqlite ? ModelConventions.FromMicroseconds(row.GetInt64(column)) : new DateTimeOffset(row.GetDateTime(column));

    /// <summary>The rows of a query.</summary>
    /// <param name="sql">The query, with <c>$1</c>, <c>$2</c>, … for the values; the same instance for the same text, by which its statement is known.</param>
    /// <param name="values">The values.</param>
    /// <param name="expected">About how many rows.</param>
    /// <param name="read">Makes an item of the row that the reader stands on.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="UnavailableException">The database can't be reached.</exception>
    public async Task<List<T>> ListAsync<T>(string sql, IReadOnlyList<object> values, int expected, Func<DbDataReader, T> read, CancellationToken cancellationToken)
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
            var command = connection.Prepare(sql, values);
            var rows = new List<T>(expected);
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
            }
            if (isSqlite && _kept.Count < MostKept)
            {
                _kept.Add(connection);
                connection = null;
            }
            return rows;
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

    public void Dispose()
    {
        while (_kept.TryTake(out var connection)) connection.Dispose();
    }

    private sealed class Connection(DbConnection connection) : IDisposable, IAsyncDisposable
    {
        private readonly Dictionary<string, DbCommand> _commands = new(ReferenceEqualityComparer.Instance);

        public Task OpenAsync(CancellationToken cancellationToken) => connection.OpenAsync(cancellationToken);

        public DbCommand Prepare(string sql, IReadOnlyList<object> values)
        {
            if (!_commands.TryGetValue(sql, out var command))
            {
                command = connection.CreateCommand();
                command.CommandText = sql;
                foreach (var _ in values) command.Parameters.Add(Parameter(command));
                _commands.Add(sql, command);
            }
            for (var i = 0; i < values.Count; i++) command.Parameters[i].Value = values[i];
            return command;
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
            if (command is Microsoft.Data.Sqlite.SqliteCommand) parameter.ParameterName = $"${command.Parameters.Count + 1}";
            return parameter;
        }
    }
}
