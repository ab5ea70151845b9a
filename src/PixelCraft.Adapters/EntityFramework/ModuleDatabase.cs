using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using PixelCraft.Adapters.EntityFramework.Postgres;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>One module's database, as the migrator and the doctor see it.</summary>
public interface IModuleDatabase
{
    /// <summary>The module's word for it: "accounts", "catalogue"; of several of one module each its own.</summary>
    string Name { get; }

    /// <summary>The module's word for all of them.</summary>
    string ModuleName => Name;

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

    /// <summary>Looks how its servers are, where it has several; none where it has one.</summary>
    Task<IReadOnlyList<DatabaseServer>> ServersAsync(CancellationToken cancellationToken);

    /// <summary>Tries on PostgreSQL whether a change would be taken, and confirmed by the standby, without changing anything.</summary>
    /// <exception cref="UnavailableException">It would not.</exception>
    /// <exception cref="StorageFullException">Its disk is full.</exception>
    Task TryToWriteAsync(CancellationToken cancellationToken);
}

/// <summary>One of several servers of a database.</summary>
/// <param name="Address">Host and port.</param>
/// <param name="Answers">Whether it answered when it was looked at.</param>
/// <param name="IsPrimary">Whether it takes writes.</param>
/// <param name="Behind">For how long it has not had all that the primary has; exact up to <see cref="ReplicaOptions.MaxStaleness"/>, beyond that the time since it was within it. Null where that was never so.</param>
/// <param name="BehindBytes">Bytes of the log that the primary has and it has not replayed, as far as is known.</param>
public sealed record DatabaseServer(string Address, bool Answers, bool IsPrimary, TimeSpan? Behind, long BehindBytes);

/// <param name="name">The module's word for it.</param>
/// <param name="historyTable">Where EF Core notes what is applied, with its schema.</param>
/// <param name="sqliteFile">The file; null with PostgreSQL.</param>
/// <param name="servers">PostgreSQL; null with SQLite.</param>
/// <param name="database">It, past EF Core.</param>
/// <param name="factory">Makes contexts.</param>
internal sealed class ModuleDatabase<TContext>(
    string name, string historyTable, string? sqliteFile, PostgresServers? servers, RawDatabase database, IDbContextFactory<TContext> factory) : IModuleDatabase
    where TContext : DbContext
{
    /// <summary>For one step, and for another process's steps to end.</summary>
    private static readonly TimeSpan MigrationTime = TimeSpan.FromMinutes(30);

    // One instance of each text, by which the statements are known.
    private readonly string _isThere = sqliteFile is null ? $"SELECT 1 WHERE to_regclass('{historyTable}') IS NOT NULL" : $"SELECT 1 FROM sqlite_master WHERE name = '{historyTable}'";
    private readonly string _applied = $"SELECT \"MigrationId\" FROM {historyTable}";

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

    // Whether the server is the primary, which a read would tell, doesn't say that it can confirm anything. A file of this process alone is
    // not tried: a write that it can't take says so at once, and a disk may sleep.
    public Task TryToWriteAsync(CancellationToken cancellationToken) => database.ConfirmAsync(cancellationToken);

    // Not through EF Core, which at each start would take longer to build its model than all the rest takes.
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken)
    {
        if (sqliteFile is not null)
        {
            TryToWrite(Path.GetDirectoryName(sqliteFile)!);
            if (!File.Exists(sqliteFile)) return Migrations; // reading would make an empty one
        }
        if (await database.ListAsync(new Statement(_isThere), 1, row => row.GetInt32(0), cancellationToken) is []) return Migrations;
        var applied = await database.ListAsync(new Statement(_applied), 1, row => row.GetString(0), cancellationToken);
        return [.. Migrations.Except(applied)];
    }

    public async Task<IReadOnlyList<DatabaseServer>> ServersAsync(CancellationToken cancellationToken)
    {
        if (servers is not { HasReplicas: true }) return [];
        await servers.LookedAt.WaitAsync(cancellationToken);
        return servers.States();
    }

    /// <summary>All of this version, oldest first, as EF Core's attributes name them.</summary>
    private static IReadOnlyList<string> Migrations { get; } =
    [
        .. from type in typeof(TContext).Assembly.GetTypes()
           where type.IsSubclassOf(typeof(Migration)) && type.GetCustomAttribute<DbContextAttribute>()?.ContextType == typeof(TContext)
           select type.GetCustomAttribute<MigrationAttribute>()!.Id into id
           orderby id
           select id,
    ];

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if ((await PendingAsync(cancellationToken)).Count == 0) return;
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        if (sqliteFile is not null) await MigrateSqliteAsync(db, sqliteFile, cancellationToken);
        else await MigratePostgresAsync(db, cancellationToken);
    }

    /// <summary>EF Core's own lock in SQLite is a row that stays when the process is killed; a locked file doesn't.</summary>
    private static async Task MigrateSqliteAsync(TContext db, string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using var held = await FileLock.TakeAsync(file + ".migrate", cancellationToken);
        if (File.Exists(file)) await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

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
        db.Database.SetCommandTimeout(MigrationTime);
        await db.Database.OpenConnectionAsync(cancellationToken);
        // Ends with the connection, also when the process dies.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(hashtextextended({"pixelcraft-migrate-" + name}, 0))", cancellationToken);
        try
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        finally
        {
            // A context that is used again would keep the connection open.
            await db.Database.CloseConnectionAsync();
            // The driver would keep it too, and with it the lock.
            servers!.Clear();
        }
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
