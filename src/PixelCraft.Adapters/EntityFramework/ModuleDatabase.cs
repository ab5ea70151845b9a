using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>One module's database, as the migrator and the doctor see it.</summary>
public interface IModuleDatabase
{
    /// <summary>The module's word for it: "accounts", "catalogue".</summary>
    string Name { get; }

    /// <summary>Where it is, without secrets.</summary>
    string Location { get; }

    /// <summary>
    /// Brings the tables to the state that this version needs. Of several processes that start at once one does it and
    /// the others wait. Does nothing when there is nothing to do.
    /// </summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>The migrations that are not applied yet.</summary>
    /// <exception cref="UnavailableException">The database can't be reached, or its folder not be written.</exception>
    Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken);
}

internal sealed class ModuleDatabase<TContext>(string name, IDbContextFactory<TContext> factory) : IModuleDatabase
    where TContext : DbContext
{
    public string Name => name;

    public string Location
    {
        get
        {
            using var db = factory.CreateDbContext();
            var connection = db.Database.GetDbConnection();
            return db.Database.IsSqlite() ? connection.DataSource : $"{connection.DataSource}/{connection.Database}";
        }
    }

    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        try
        {
            // Asked first, since EF Core takes a server that can't be reached for a database that isn't there.
            if (!db.Database.IsSqlite()) await db.Database.OpenConnectionAsync(cancellationToken);
            else TryToWrite(Path.GetDirectoryName(FileOf(db))!);
            return [.. await db.Database.GetPendingMigrationsAsync(cancellationToken)];
        }
        catch (Exception e) when (OutageStrategy.Translate(e, name) is { } outage)
        {
            throw outage;
        }
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if ((await PendingAsync(cancellationToken)).Count == 0) return;
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        if (db.Database.IsSqlite()) await MigrateSqliteAsync(db, cancellationToken);
        else await MigratePostgresAsync(db, cancellationToken);
    }

    /// <summary>EF Core's own lock in SQLite is a row that stays when the process is killed; a locked file doesn't.</summary>
    private static async Task MigrateSqliteAsync(TContext db, CancellationToken cancellationToken)
    {
        var file = FileOf(db);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using var held = await FileLock.TakeAsync(file + ".migrate", cancellationToken);
        if (File.Exists(file)) await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    private static string FileOf(TContext db) => new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource;

    /// <summary>SQLite reads a database in a folder that can't be written, and finds none that isn't there; its log needs to be beside it.</summary>
    private void TryToWrite(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = new FileStream(
                Path.Combine(folder, $".probe-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"{name} database", e);
        }
    }

    /// <summary>EF Core locks the history table, but two processes that make that table at once collide: so an advisory lock around it.</summary>
    private async Task MigratePostgresAsync(TContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        // Ends with the connection, also when the process dies.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(hashtextextended({"pixelcraft-migrate-" + name}, 0))", cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock(hashtextextended({"pixelcraft-migrate-" + name}, 0))", cancellationToken);
    }
}

/// <summary>A file held open so that only one process can; the system lets go of it when the process ends, however it ends.</summary>
public static class FileLock
{
    /// <summary>Takes the lock; null when another process has it.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    internal static async Task<FileStream> TakeAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path) is { } held) return held;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }
}
