using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace PixelCraft.Bench.Seeding;

/// <summary>Writes many rows of one entity as fast as the database takes them. Table, columns and conversions are those of the context's model.</summary>
internal static class BulkInsert
{
    public static async Task AllAsync<T>(DbContext db, IEnumerable<T> rows, CancellationToken cancellationToken)
        where T : class
    {
        var type = db.Model.FindEntityType(typeof(T))!;
        var columns = type.GetProperties().Select(property => new Column(property)).ToList();
        await db.Database.OpenConnectionAsync(cancellationToken);
        if (db.Database.GetDbConnection() is NpgsqlConnection postgres) await CopyAsync(postgres, type, columns, rows, cancellationToken);
        else Insert((SqliteConnection)db.Database.GetDbConnection(), type, columns, rows);
        await db.Database.CloseConnectionAsync();
    }

    /// <summary>https://www.postgresql.org/docs/current/sql-copy.html</summary>
    private static async Task CopyAsync<T>(
        NpgsqlConnection connection, IEntityType type, List<Column> columns, IEnumerable<T> rows, CancellationToken cancellationToken)
        where T : class
    {
        var names = string.Join(", ", columns.Select(column => $"\"{column.Name}\""));
        await using (var copy = await connection.BeginBinaryImportAsync(
            $"COPY \"{type.GetSchema()}\".\"{type.GetTableName()}\" ({names}) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            copy.Timeout = TimeSpan.FromMinutes(10); // the end waits for the check of every foreign key
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellationToken);
                foreach (var column in columns)
                    if (column.Value(row) is { } value) await copy.WriteAsync(value, column.StoreType, cancellationToken);
                    else await copy.WriteNullAsync(cancellationToken);
            }
            await copy.CompleteAsync(cancellationToken);
        }
        await using var analyse = new NpgsqlCommand($"VACUUM ANALYZE \"{type.GetSchema()}\".\"{type.GetTableName()}\"", connection) { CommandTimeout = 300 };
        await analyse.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Insert<T>(SqliteConnection connection, IEntityType type, List<Column> columns, IEnumerable<T> rows)
        where T : class
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        var parameters = columns.Select((_, i) => command.Parameters.Add($"@p{i}", default)).ToList();
        command.CommandText = $"INSERT INTO \"{type.GetTableName()}\" ({string.Join(", ", columns.Select(column => $"\"{column.Name}\""))}) "
            + $"VALUES ({string.Join(", ", parameters.Select(parameter => parameter.ParameterName))})";
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                parameters[i].ResetSqliteType();
                parameters[i].Value = columns[i].Value(row) ?? DBNull.Value;
            }
            command.ExecuteNonQuery();
        }
        transaction.Commit();
        using var analyse = connection.CreateCommand();
        analyse.CommandText = "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)";
        analyse.ExecuteNonQuery();
    }

    private sealed class Column(IProperty property)
    {
        private readonly Func<object?, object?>? _convert = property.GetTypeMapping().Converter?.ConvertToProvider;
        private readonly IClrPropertyGetter? _getter = property.IsShadowProperty() ? null : property.GetGetter();

        public string Name => property.GetColumnName();

        public string StoreType => property.GetColumnType();

        public object? Value(object row)
        {
            // What only the table has: the version whose words are indexed, which is the first.
            var value = _getter is null ? 1L : _getter.GetClrValue(row);
            if (value is null) return null;
            value = _convert is null ? value : _convert(value);
            return value is Enum ? Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) : value;
        }
    }
}
