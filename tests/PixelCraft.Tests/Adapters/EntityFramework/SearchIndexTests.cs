using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteSearchIndexTests : SearchIndexContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-catalogue-").FullName;

    private protected override async Task<(IServiceProvider Services, IReadOnlyList<CatalogueDbContext> Databases)> CreateAsync()
    {
        var services = await Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));
        return (services, [await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(Cancellation)]);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

public sealed class PostgresSearchIndexTests(Servers servers) : SearchIndexContract
{
    private protected override async Task<(IServiceProvider Services, IReadOnlyList<CatalogueDbContext> Databases)> CreateAsync()
    {
        var services = await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(Cancellation), "");
        return (services, [await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(Cancellation)]);
    }
}

public sealed class ShardedSearchIndexTests(Servers servers) : SearchIndexContract
{
    private protected override async Task<(IServiceProvider Services, IReadOnlyList<CatalogueDbContext> Databases)> CreateAsync()
    {
        var postgres = await servers.PostgresAsync();
        string[] connections = [await postgres.CreateDatabaseAsync(Cancellation), await postgres.CreateDatabaseAsync(Cancellation)];
        var services = ShardedCatalogueServices.Create(connections[0], connections[1]);
        foreach (var database in services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Cancellation);
        var databases = new List<CatalogueDbContext>();
        foreach (var connection in connections)
            databases.Add(await Catalogue.Create(connection, "").GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(Cancellation));
        return (services, databases);
    }
}
