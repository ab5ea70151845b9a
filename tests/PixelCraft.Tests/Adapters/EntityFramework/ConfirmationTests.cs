using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteConfirmationTests : ConfirmationContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-confirmation-").FullName;

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    private protected override Task<IServiceProvider> CreateAsync() => Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));
}

public sealed class PostgresConfirmationTests(Servers servers) : ConfirmationContract
{
    private protected override async Task<IServiceProvider> CreateAsync() => await Catalogue.ServicesAsync(await (await servers.PostgresGroupAsync()).CreateDatabaseAsync(), "");
}

public sealed class ShardedConfirmationTests(Servers servers) : ConfirmationContract
{
    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);
}
