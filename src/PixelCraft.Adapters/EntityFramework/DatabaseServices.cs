using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Adapters.EntityFramework.Postgres;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>Registers a module's database: PostgreSQL where a connection string is given, else SQLite.</summary>
internal static class DatabaseServices
{
    private const string PostgresHistory = "__migrations";

    /// <summary>
    /// Registers <see cref="IDbContextFactory{TContext}"/> and a scoped <typeparamref name="TContext"/>, both of the
    /// provider's own class (each provider has its own migrations), the database for the migrator, and under its name as key the
    /// <see cref="RawDatabase"/>.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="name">The module's word for its database; also the schema in PostgreSQL.</param>
    /// <param name="postgres">A connection string; null or empty takes SQLite.</param>
    /// <param name="sqliteFile">Path of the SQLite file; unused with PostgreSQL.</param>
    /// <param name="store">The database's name in a <see cref="Consistency.ReadPosition"/>; null takes the module's.</param>
    public static IServiceCollection AddModuleDatabase<TContext, TSqlite, TPostgres>(
        this IServiceCollection services, string name, string? postgres, string sqliteFile, string? store = null)
        where TContext : DbContext
        where TSqlite : TContext
        where TPostgres : TContext
    {
        if (string.IsNullOrEmpty(postgres))
        {
            LeaveLockingToConnections();
            var connection = $"Data Source={sqliteFile};Foreign Keys=True;Pooling=True;Default Timeout=30";
            services.AddProvider<TContext, TSqlite>(name, HistoryRepository.DefaultTableName, sqliteFile, (_, options) => options.UseSqlite(
                connection,
                sqlite => sqlite.ExecutionStrategy(dependencies => new OutageStrategy(dependencies, name)))
                .AddInterceptors(new SqlitePragmas()), _ => null);
            services.AddKeyedSingleton(name, (_, _) => new RawDatabase(() => new SqliteConnection(connection), servers: null, name, name));
        }
        else
        {
            services.AddPostgresDatabases();
            services.AddProvider<TContext, TPostgres>(name, $"{name}.{PostgresHistory}", null, (provider, options) => options
                .UseNpgsql(
                    Servers(provider).Writes,
                    npgsql => npgsql.MigrationsHistoryTable(PostgresHistory, name).ExecutionStrategy(dependencies => new OutageStrategy(dependencies, name)))
                .AddInterceptors(new PostgresCommits(Servers(provider).HasReplicas, store ?? name)), Servers);
            services.AddKeyedSingleton(name, (provider, _) => new RawDatabase(Servers(provider).CreateConnection, Servers(provider), name, store ?? name));
            PostgresServers Servers(IServiceProvider provider) => provider.GetRequiredService<PostgresDatabases>().Get(postgres);
        }
        return services;
    }

    /// <summary>Registers <see cref="PostgresDatabases"/>, once for all modules.</summary>
    public static IServiceCollection AddPostgresDatabases(this IServiceCollection services)
    {
        services.AddOptions().AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PostgresDatabases>();
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

    private static void AddProvider<TContext, TProvider>(
        this IServiceCollection services, string name, string historyTable, string? sqliteFile,
        Action<IServiceProvider, DbContextOptionsBuilder> configure, Func<IServiceProvider, PostgresServers?> servers)
        where TContext : DbContext
        where TProvider : TContext
    {
        services.AddPooledDbContextFactory<TProvider>(configure);
        services.AddSingleton<IDbContextFactory<TContext>>(provider => new ContextFactory<TContext, TProvider>(
            provider.GetRequiredService<IDbContextFactory<TProvider>>(), servers(provider) is { HasReplicas: true } several ? several : null));
        services.AddScoped<TContext>(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        services.AddSingleton<IModuleDatabase>(provider =>
            new ModuleDatabase<TProvider>(
                name, historyTable, sqliteFile, servers(provider), provider.GetRequiredKeyedService<RawDatabase>(name), provider.GetRequiredService<IDbContextFactory<TProvider>>()));
    }

    /// <param name="inner">Makes the contexts.</param>
    /// <param name="servers">Which of them a context writes to is decided anew each time; null where there is one only.</param>
    private sealed class ContextFactory<TContext, TProvider>(IDbContextFactory<TProvider> inner, PostgresServers? servers) : IDbContextFactory<TContext>
        where TContext : DbContext
        where TProvider : TContext
    {
        public TContext CreateDbContext() => ToPrimary(inner.CreateDbContext());

        public async Task<TContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            ToPrimary(await inner.CreateDbContextAsync(cancellationToken));

        private TContext ToPrimary(TContext context)
        {
            if (servers is not null) context.Database.SetDbConnection(servers.CreateConnection(), contextOwnsConnection: true);
            return context;
        }
    }
}
