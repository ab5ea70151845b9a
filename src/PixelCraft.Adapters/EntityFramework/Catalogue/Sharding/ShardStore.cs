using Npgsql;
using PixelCraft.Adapters.EntityFramework.Postgres;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>One of the catalogue's databases, as the mover uses it: whole ranges of shards, with a session that the guards let through.</summary>
internal sealed class ShardStore : IAsyncDisposable
{
    private const int Batch = 500;

    private readonly CatalogueGroup _group;
    private readonly NpgsqlConnection _connection;

    private ShardStore(CatalogueGroup group, NpgsqlConnection connection) => (_group, _connection) = (group, connection);

    public string Name => _group.Name;

    public static async Task<ShardStore> OpenAsync(CatalogueGroup group, CancellationToken cancellationToken)
    {
        var store = new ShardStore(group, group.Servers.CreateConnection());
        try
        {
            await store._connection.OpenAsync(cancellationToken);
            await store.ExecuteAsync($"SELECT set_config('{ShardSchema.Passage}', 'on', false), set_config('TimeZone', 'UTC', false)", cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets go of the lock at once.</summary>
    public Task UnlockAsync(CancellationToken cancellationToken) => ExecuteAsync("SELECT pg_advisory_unlock_all()", cancellationToken);

    /// <summary>Takes the lock of all moves, until this is disposed at the latest.</summary>
    public async Task<bool> TryLockAsync(CancellationToken cancellationToken) =>
        (bool)(await ExecuteAsync("SELECT pg_try_advisory_lock(hashtextextended('pixelcraft-moves-shards', 0))", cancellationToken))!;

    /// <summary>Makes the table known to all servers; in the first database.</summary>
    public Task SaveAsync(ShardTable table, CancellationToken cancellationToken) =>
        ExecuteAsync($"UPDATE catalogue.{ShardSchema.Ranges} SET ranges = '{table}'", cancellationToken);

    /// <summary>Has changes of a range written down, or, where it is closed, refused; returns when this holds for every transaction that is under way.</summary>
    public async Task GuardAsync(ShardRange range, bool closed, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            $"""
            INSERT INTO catalogue.shard_guards SELECT shard, {closed} FROM generate_series({range.First}, {range.Last}) shard
            ON CONFLICT (shard) DO UPDATE SET closed = excluded.closed
            """,
            cancellationToken);
        // A transaction that changed a row before it could see the guard is older than this one.
        var newest = await ExecuteAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", cancellationToken);
        while (!(bool)(await ExecuteAsync($"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= {newest}", cancellationToken))!)
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
    }

    /// <summary>Opens a range to writes, and writes no changes down any more.</summary>
    public Task OpenAsync(ShardRange range, CancellationToken cancellationToken) => ExecuteAsync(
        $"DELETE FROM catalogue.shard_guards WHERE shard BETWEEN {range.First} AND {range.Last}; DELETE FROM catalogue.shard_changes",
        cancellationToken);

    /// <summary>Copies all rows of a range.</summary>
    public async Task CopyAsync(ShardRange range, ShardStore to, CancellationToken cancellationToken)
    {
        await ExecuteAsync("DELETE FROM catalogue.shard_changes", cancellationToken);
        await InBothAsync(
            to,
            async () =>
            {
                foreach (var table in ShardSchema.Tables)
                    await CopyAsync(table.Name, $"catalogue.shard_of({table.Owner}) BETWEEN {range.First} AND {range.Last}", to, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Copies again what has changed, at most a batch; returns how many changes that was.</summary>
    public async Task<int> CopyChangesAsync(ShardStore to, CancellationToken cancellationToken)
    {
        var changes = new List<(long Seq, string Table, Guid Unit)>();
        await using (var command = Command($"SELECT seq, name, unit FROM catalogue.shard_changes ORDER BY seq LIMIT {Batch}"))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken)) changes.Add((reader.GetInt64(0), reader.GetString(1), reader.GetGuid(2)));
        if (changes.Count == 0) return 0;

        // An image, its tags and its words are copied together: they refer to it.
        await InBothAsync(
            to,
            async () =>
            {
                foreach (var table in ShardSchema.Tables)
                {
                    var units = changes.Where(change => change.Table == table.Name || (IsOfRecord(table.Name) && IsOfRecord(change.Table)))
                        .Select(change => $"'{change.Unit}'").Distinct().ToList();
                    if (units.Count == 0) continue;
                    var where = $"{table.Unit} IN ({string.Join(", ", units)})";
                    await to.ExecuteAsync($"DELETE FROM catalogue.{table.Name} WHERE {where}", cancellationToken);
                    await CopyAsync(table.Name, where, to, cancellationToken);
                }
            },
            cancellationToken);
        await ExecuteAsync($"DELETE FROM catalogue.shard_changes WHERE seq IN ({string.Join(", ", changes.Select(change => change.Seq))})", cancellationToken);
        return changes.Count;
    }

    /// <summary>How many rows each table has of a range, and a sum over all that is in them.</summary>
    public async Task<IReadOnlyList<string>> SumAsync(ShardRange range, CancellationToken cancellationToken)
    {
        var sums = new List<string>();
        foreach (var table in ShardSchema.Tables)
        {
            var sum = await ExecuteAsync(
                $"""
                SELECT count(*) || ' rows, sum ' || COALESCE(sum(('x' || left(md5(ROW({await ColumnsAsync(table.Name, cancellationToken)})::text), 15))::bit(60)::bigint), 0)
                FROM catalogue.{table.Name} WHERE catalogue.shard_of({table.Owner}) BETWEEN {range.First} AND {range.Last}
                """,
                cancellationToken);
            sums.Add($"{table.Name}: {sum}");
        }
        return sums;
    }

    /// <summary>Removes all rows of a range; returns how many.</summary>
    public async Task<long> RemoveAsync(ShardRange range, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var table in ShardSchema.Tables.Reverse()) // what refers to another one first
        {
            await using var command = Command($"DELETE FROM catalogue.{table.Name} WHERE catalogue.shard_of({table.Owner}) BETWEEN {range.First} AND {range.Last}");
            removed += await command.ExecuteNonQueryAsync(cancellationToken);
            SynchronousCommit.ThrowIfCutShort(_connection, Name);
        }
        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        // The driver would keep the connection, and with it the settings and the lock.
        _group.Servers.Clear();
        await _connection.DisposeAsync();
    }

    /// <summary>Does something in a transaction of each: the source's sees one moment, and the target's holds all or nothing.</summary>
    private async Task InBothAsync(ShardStore to, Func<Task> copy, CancellationToken cancellationToken)
    {
        await using var reading = await _connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var writing = await to._connection.BeginTransactionAsync(cancellationToken);
        await copy();
        await writing.CommitAsync(cancellationToken);
        SynchronousCommit.ThrowIfCutShort(to._connection, to.Name);
        await reading.CommitAsync(cancellationToken);
    }

    private async Task CopyAsync(string table, string where, ShardStore to, CancellationToken cancellationToken)
    {
        var columns = await ColumnsAsync(table, cancellationToken);
        await using var source = await _connection.BeginRawBinaryCopyAsync($"COPY (SELECT {columns} FROM catalogue.{table} WHERE {where}) TO STDOUT (FORMAT BINARY)", cancellationToken);
        await using var target = await to._connection.BeginRawBinaryCopyAsync($"COPY catalogue.{table} ({columns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        source.ReadTimeout = Timeout.Infinite; // it may have to look at every row before the first one comes
        await source.CopyToAsync(target, cancellationToken);
    }

    private async Task<string> ColumnsAsync(string table, CancellationToken cancellationToken) => (string)(await ExecuteAsync(
        $"SELECT string_agg(quote_ident(column_name), ', ' ORDER BY column_name) FROM information_schema.columns WHERE table_schema = 'catalogue' AND table_name = '{table}'",
        cancellationToken))!;

    private async Task<object?> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        var result = await command.ExecuteScalarAsync(cancellationToken);
        SynchronousCommit.ThrowIfCutShort(_connection, Name);
        return result;
    }

    private static bool IsOfRecord(string table) => table is "images" or "image_tags" or "image_words";

    private NpgsqlCommand Command(string sql) => new(sql, _connection) { CommandTimeout = 0 };
}
