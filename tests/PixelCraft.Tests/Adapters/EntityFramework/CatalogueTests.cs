using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Images;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteCatalogueTests : CatalogueContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-catalogue-").FullName;

    private protected override Task<ICatalogue> CreateAsync() => Catalogue.MigratedAsync(null, Path.Combine(_folder, "catalogue.db"));

    // A folder where the file should be.
    private protected override ICatalogue CreateUnreachable() => Catalogue.Create(null, _folder).GetRequiredService<ICatalogue>();

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class PostgresCatalogueTests(Servers servers) : CatalogueContract
{
    private protected override async Task<ICatalogue> CreateAsync() =>
        await Catalogue.MigratedAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");

    private protected override ICatalogue CreateUnreachable() =>
        Catalogue.Create($"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "").GetRequiredService<ICatalogue>();
}

internal static class Catalogue
{
    public static ServiceProvider Create(string? postgres, string sqliteFile) =>
        new ServiceCollection().AddCatalogue(postgres, sqliteFile).BuildServiceProvider();

    public static async Task<ICatalogue> MigratedAsync(string? postgres, string sqliteFile)
    {
        var services = Create(postgres, sqliteFile);
        await services.GetRequiredService<IModuleDatabase>().MigrateAsync(Xunit.TestContext.Current.CancellationToken);
        return services.GetRequiredService<ICatalogue>();
    }
}
