using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework.Postgres;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>Registers the catalogue over several databases.</summary>
public static class ShardServices
{
    /// <summary>The catalogue and what is kept beside it, spread over PostgreSQL databases.</summary>
    /// <param name="services">The container.</param>
    /// <param name="databases">Their names and connection strings; the first keeps the table of shards.</param>
    /// <param name="ranges">The table to begin with. Later only <see cref="IShardMover"/> changes it.</param>
    public static IServiceCollection AddShardedCatalogue(
        this IServiceCollection services, IReadOnlyList<(string Name, string Connection)> databases, ShardTable ranges)
    {
        services.AddPostgresDatabases();
        foreach (var (name, connection) in databases)
        {
            services.AddKeyedSingleton(name, (provider, _) => new Inner(provider, name, connection));
            services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<Inner>(name).Group);
            services.AddSingleton<IModuleDatabase>(provider =>
                new ShardedModuleDatabase(provider.GetRequiredKeyedService<CatalogueGroup>(name), name == databases[0].Name ? ranges : null));
        }
        return services
            .AddSingleton(provider => new ShardMap(provider.GetRequiredKeyedService<CatalogueGroup>(databases[0].Name).Database, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new Shards(
                [.. databases.Select(database => provider.GetRequiredKeyedService<CatalogueGroup>(database.Name))], provider.GetRequiredService<ShardMap>()))
            .AddSingleton<IShardMover, ShardMover>()
            .AddSingleton<ICatalogue, ShardedCatalogue>()
            .AddSingleton<ICatalogueView, ShardedCatalogueView>()
            .AddSingleton<ISearchIndex, ShardedSearchIndex>()
            .AddSingleton<IQuotaLedger, ShardedQuotaLedger>()
            .AddSingleton<IWithdrawals, ShardedWithdrawals>()
            .AddSingleton<ICommentStore, ShardedCommentStore>()
            .AddSingleton<ILikeStore, ShardedLikeStore>()
            .AddSingleton<IConfirmation, ShardedConfirmation>()
            .AddSingleton<ITransformIndex, ShardedTransformIndex>()
            .AddSingleton<IIdempotencyStore, ShardedIdempotencyStore>()
            .AddSingleton<IResumableUploads, ShardedResumableUploads>();
    }

    /// <summary>The adapters of one database, in a container of their own, since there are as many of each as databases.</summary>
    private sealed class Inner : IDisposable
    {
        private readonly ServiceProvider _services;

        public Inner(IServiceProvider outer, string name, string connection)
        {
            var databases = outer.GetRequiredService<PostgresDatabases>();
            _services = new ServiceCollection()
                .AddSingleton(databases)
                .AddSingleton(outer.GetRequiredService<TimeProvider>())
                .AddCatalogue(connection, sqliteFile: "", store: name)
                .BuildServiceProvider();
            Group = new CatalogueGroup(name, databases.Get(connection), _services);
        }

        public CatalogueGroup Group { get; }

        public void Dispose() => _services.Dispose();
    }
}
