using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Registers the catalogue and what is kept beside it.</summary>
public static class CatalogueServices
{
    /// <summary>The module's word for its database; in PostgreSQL also the schema.</summary>
    public const string Name = "catalogue";

    /// <summary>The catalogue on PostgreSQL where <paramref name="postgres"/> is given, else in the SQLite file.</summary>
    /// <param name="services">The container.</param>
    /// <param name="postgres">A connection string; null or empty takes SQLite.</param>
    /// <param name="sqliteFile">Path of the SQLite file; unused with PostgreSQL.</param>
    /// <param name="store">What tells this database from others that hold a catalogue.</param>
    public static IServiceCollection AddCatalogue(this IServiceCollection services, string? postgres, string sqliteFile, string store = Name) => services
        .AddModuleDatabase<CatalogueDbContext, SqliteCatalogueDbContext, PostgresCatalogueDbContext>(Name, postgres, sqliteFile, store)
        .AddSingleton(provider => new ImageReader(provider.GetRequiredKeyedService<RawDatabase>(Name), nearly: false))
        .AddSingleton(provider => new StorageStatements(provider.GetRequiredKeyedService<RawDatabase>(Name)))
        .AddSingleton(provider => new WordStatements(provider.GetRequiredKeyedService<RawDatabase>(Name)))
        .AddSingleton(provider => new DiscussionStatements(provider.GetRequiredKeyedService<RawDatabase>(Name)))
        .AddSingleton(provider => new ImageWriter(
            provider.GetRequiredKeyedService<RawDatabase>(Name), provider.GetRequiredService<ImageReader>(), provider.GetRequiredService<StorageStatements>(),
            provider.GetRequiredService<DiscussionStatements>(), provider.GetRequiredService<WordStatements>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System))
        .AddSingleton<ICatalogue, EfCatalogue>()
        .AddSingleton<ICatalogueView>(provider => new CatalogueView(provider.GetRequiredKeyedService<RawDatabase>(Name)))
        .AddSingleton<ISearchIndex>(provider => new SearchIndex(
            provider.GetRequiredKeyedService<RawDatabase>(Name), provider.GetRequiredService<ImageReader>(), provider.GetRequiredService<WordStatements>()))
        .AddSingleton<IQuotaLedger>(provider => new QuotaLedger(
            provider.GetRequiredKeyedService<RawDatabase>(Name), provider.GetRequiredService<StorageStatements>()))
        .AddSingleton<EfWithdrawals>()
        .AddSingleton<IWithdrawals>(provider => provider.GetRequiredService<EfWithdrawals>())
        .AddSingleton<ICommentStore>(provider => new CommentStore(provider.GetRequiredKeyedService<RawDatabase>(Name), provider.GetRequiredService<DiscussionStatements>()))
        .AddSingleton<ILikeStore>(provider => new LikeStore(provider.GetRequiredKeyedService<RawDatabase>(Name), provider.GetRequiredService<DiscussionStatements>()))
        .AddSingleton<IConfirmation>(provider => new Confirmation(provider.GetRequiredKeyedService<RawDatabase>(Name)))
        .AddSingleton<ITransformIndex, EfTransformIndex>()
        .AddSingleton<IIdempotencyStore, EfIdempotencyStore>()
        .AddSingleton<IResumableUploads, EfResumableUploads>();
}
