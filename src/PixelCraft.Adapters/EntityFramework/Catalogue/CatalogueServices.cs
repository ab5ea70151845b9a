using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Registers the catalogue and what is kept beside it.</summary>
public static class CatalogueServices
{
    /// <summary>The module's word for its database; in PostgreSQL also the schema.</summary>
    internal const string Name = "catalogue";

    /// <summary>The catalogue on PostgreSQL where <paramref name="postgres"/> is given, else in the SQLite file.</summary>
    public static IServiceCollection AddCatalogue(this IServiceCollection services, string? postgres, string sqliteFile) => services
        .AddModuleDatabase<CatalogueDbContext, SqliteCatalogueDbContext, PostgresCatalogueDbContext>(Name, postgres, sqliteFile)
        .AddSingleton(provider => new ImageReader(provider.GetRequiredKeyedService<RawReads>(Name)))
        .AddSingleton<ICatalogue, EfCatalogue>()
        .AddSingleton<IQuotaLedger, EfQuotaLedger>()
        .AddSingleton<ITransformIndex, EfTransformIndex>()
        .AddSingleton<IIdempotencyStore, EfIdempotencyStore>()
        .AddSingleton<IResumableUploads, EfResumableUploads>();
}
