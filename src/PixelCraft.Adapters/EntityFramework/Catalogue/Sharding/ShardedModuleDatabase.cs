namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>One of the catalogue's databases, as the migrator and the doctor see it: its tables, and what moving shards needs.</summary>
/// <param name="group">The database.</param>
/// <param name="ranges">The table of shards to begin with, where there is none yet; null but in the first database.</param>
internal sealed class ShardedModuleDatabase(CatalogueGroup group, ShardTable? ranges) : IModuleDatabase
{
    private const string Script = "shards";

    public string Name => group.Name;

    public string ModuleName => group.Module.Name;

    public string Location => group.Module.Location;

    public Task<IReadOnlyList<DatabaseServer>> ServersAsync(CancellationToken cancellationToken) => group.Module.ServersAsync(cancellationToken);

    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken)
    {
        var pending = await group.Module.PendingAsync(cancellationToken);
        var there = await group.Database.ListAsync(
            new Statement("SELECT CAST(count(*) AS int) FROM pg_trigger WHERE tgname = 'shard_guard' AND tgrelid::regclass::text LIKE 'catalogue.%'"), 1, row => row.GetInt32(0), cancellationToken);
        if (there[0] < ShardSchema.Tables.Count) return [.. pending, Script];
        if (pending is [] && ranges is not null && await group.Database.ListAsync(new Statement($"SELECT id FROM catalogue.{ShardSchema.Ranges}"), 1, row => row.GetInt32(0), cancellationToken) is [])
            return [Script];
        return pending;
    }

    public Task TryToWriteAsync(CancellationToken cancellationToken) => group.Module.TryToWriteAsync(cancellationToken);

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if ((await PendingAsync(cancellationToken)).Count == 0) return;
        await group.Module.MigrateAsync(cancellationToken);
        await using var connection = group.Servers.CreateConnection();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // Several processes start at once; the lock ends with the transaction, which the script is.
        command.CommandText = $"SELECT pg_advisory_xact_lock(hashtextextended('pixelcraft-migrate-shards', 0)); {ShardSchema.Script}";
        if (ranges is not null) command.CommandText += $"\n{FirstTable(ranges)}";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What is there already when a second database comes is in the first, whatever was configured.</summary>
    private string FirstTable(ShardTable configured) => $"""
        INSERT INTO catalogue.{ShardSchema.Ranges} (ranges)
        SELECT CASE WHEN EXISTS (SELECT FROM catalogue.storage_use) OR EXISTS (SELECT FROM catalogue.uploads) OR EXISTS (SELECT FROM catalogue.idempotency_keys)
            THEN '{ShardTable.AllIn(group.Name)}' ELSE '{configured}' END
        ON CONFLICT DO NOTHING;
        """;
}
