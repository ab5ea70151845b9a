using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>Registers a module's database: PostgreSQL where a connection string is given, else SQLite.</summary>
internal static class DatabaseServices
{
    private const string PostgresHistory = "__migrations";

    /// <summary>
    /// Registers <see cref="IDbContextFactory{TContext}"/> and a scoped <typeparamref name="TContext"/>, both of the
    /// provider's own class (each provider has its own migrations), the database for the migrator, and under its name as key the
    /// <see cref="RawReads"/>.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="name">The module's word for its database; also the schema in PostgreSQL.</param>
    /// <param name="postgres">A connection string; null or empty takes SQLite.</param>
    /// <param name="sqliteFile">Path of the SQLite file; unused with PostgreSQL.</param>
    public static IServiceCollection AddModuleDatabase<TContext, TSqlite, TPostgres>(
        this IServiceCollection services, string name, string? postgres, string sqliteFile)
        where TContext : DbContext
        where TSqlite : TContext
        where TPostgres : TContext
    {
        if (string.IsNullOrEmpty(postgres))
        {
            LeaveLockingToConnections();
            var connection = $"Data Source={sqliteFile};Foreign Keys=True;Pooling=True;Default Timeout=30";
            services.AddProvider<TContext, TSqlite>(name, HistoryRepository.DefaultTableName, sqliteFile, options => options.UseSqlite(
                connection,
                sqlite => sqlite.ExecutionStrategy(dependencies => new OutageStrategy(dependencies, name)))
                .AddInterceptors(new SqlitePragmas()));
            services.AddKeyedSingleton(name, (_, _) => new RawReads(() => new SqliteConnection(connection), isSqlite: true, name));
        }
        else
        {
            var connection = ForThisProgram(postgres);
            services.AddProvider<TContext, TPostgres>(name, $"{name}.{PostgresHistory}", null, options => options.UseNpgsql(
                connection,
                npgsql => npgsql.MigrationsHistoryTable(PostgresHistory, name).ExecutionStrategy(dependencies => new OutageStrategy(dependencies, name))));
            services.AddKeyedSingleton(name, (_, _) => new RawReads(() => new NpgsqlConnection(connection), isSqlite: false, name));
        }
        return services;
    }

    /// <summary>
    /// Tells SQLite that no connection is used by two threads at once, as ADO.NET forbids it anyway, so that it need not lock at every
    /// column read (https://sqlite.org/threadsafe.html, "multi-thread"). Has no effect once SQLite is in use.
    /// </summary>
    private static void LeaveLockingToConnections()
    {
        const int MultiThread = 2; // SQLITE_CONFIG_MULTITHREAD
        SQLitePCL.Batteries_V2.Init();
        SQLitePCL.raw.sqlite3_config(MultiThread);
    }

    /// <summary>
    /// Has the driver prepare what a connection asks often, and not reset a connection that it takes back, unless the connection
    /// string says otherwise: behind a pooler that hands out servers by transaction, <c>Max Auto Prepare=0</c> must be said. There is
    /// nothing to reset: no session state is set, and the one lock of a session is ended with its connection.
    /// </summary>
    private static string ForThisProgram(string postgres)
    {
        var builder = new NpgsqlConnectionStringBuilder(postgres);
        if (!builder.ShouldSerialize("Max Auto Prepare")) builder.MaxAutoPrepare = 100;
        if (!builder.ShouldSerialize("No Reset On Close")) builder.NoResetOnClose = true;
        return builder.ConnectionString;
    }

    private static void AddProvider<TContext, TProvider>(
        this IServiceCollection services, string name, string historyTable, string? sqliteFile, Action<DbContextOptionsBuilder> configure)
        where TContext : DbContext
        where TProvider : TContext
    {
        services.AddPooledDbContextFactory<TProvider>(configure);
        services.AddSingleton<IDbContextFactory<TContext>, ContextFactory<TContext, TProvider>>();
        services.AddScoped<TContext>(provider => provider.GetRequiredService<IDbContextFactory<TProvider>>().CreateDbContext());
        services.AddSingleton<IModuleDatabase>(provider =>
            new ModuleDatabase<TProvider>(
                name, historyTable, sqliteFile, provider.GetRequiredKeyedService<RawReads>(name), provider.GetRequiredService<IDbContextFactory<TProvider>>()));
    }

    private sealed class ContextFactory<TContext, TProvider>(IDbContextFactory<TProvider> inner) : IDbContextFactory<TContext>
        where TContext : DbContext
        where TProvider : TContext
    {
        public TContext CreateDbContext() => inner.CreateDbContext();

        public async Task<TContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await inner.CreateDbContextAsync(cancellationToken);
    }
}
