using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Tests.Contracts;
using Xunit;

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

public sealed class PostgresGroupCatalogueTests(Servers servers) : CatalogueContract
{
    private protected override async Task<ICatalogue> CreateAsync() =>
        await Catalogue.MigratedAsync(await (await servers.PostgresGroupAsync()).CreateDatabaseAsync(), "");

    private protected override ICatalogue CreateUnreachable() => Catalogue.Create(
        $"Host=127.0.0.1:{PixelCraft.Cluster.Ports.Free()},127.0.0.1:{PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "").GetRequiredService<ICatalogue>();
}

public sealed class SqliteCatalogueViewTests : CatalogueViewContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-catalogue-").FullName;

    private protected override Task<IServiceProvider> CreateAsync() => Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));

    // A folder where the file should be.
    private protected override ICatalogueView CreateUnreachable() => Catalogue.Create(null, _folder).GetRequiredService<ICatalogueView>();

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class PostgresCatalogueViewTests(Servers servers) : CatalogueViewContract
{
    private protected override async Task<IServiceProvider> CreateAsync() =>
        await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");

    private protected override ICatalogueView CreateUnreachable() =>
        Catalogue.Create($"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "").GetRequiredService<ICatalogueView>();
}

public sealed class PostgresGroupCatalogueViewTests(Servers servers) : CatalogueViewContract
{
    private protected override async Task<IServiceProvider> CreateAsync() =>
        await Catalogue.ServicesAsync(await (await servers.PostgresGroupAsync()).CreateDatabaseAsync(), "");

    private protected override ICatalogueView CreateUnreachable() => Catalogue.Create(
        $"Host=127.0.0.1:{PixelCraft.Cluster.Ports.Free()},127.0.0.1:{PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "").GetRequiredService<ICatalogueView>();
}

public sealed class SqliteQuotaLedgerTests : QuotaLedgerContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-ledger-").FullName;

    private protected override Task<IServiceProvider> CreateAsync() => Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));

    [Fact]
    public async Task Recount_OfAWrongSum_CorrectsIt()
    {
        var services = await CreateAsync();
        var ids = new IdGenerator(TimeProvider.System);
        var image = CatalogueContract.NewImage(ids);
        await services.GetRequiredService<ICatalogue>().AddAsync(image, TestContext.Current.CancellationToken);
        await using (var db = await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
            await db.StorageUse.ExecuteUpdateAsync(set => set.SetProperty(use => use.Used, 7).SetProperty(use => use.Reserved, 8), TestContext.Current.CancellationToken);

        var ledger = services.GetRequiredService<IQuotaLedger>();
        Assert.Equal(1, await ledger.RecountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await ledger.RecountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(image.Bytes, await ledger.UsedAsync(image.OwnerId, TestContext.Current.CancellationToken));
    }

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class PostgresQuotaLedgerTests(Servers servers) : QuotaLedgerContract
{
    private protected override async Task<IServiceProvider> CreateAsync() =>
        await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");
}

public sealed class SqliteIdempotencyStoreTests : IdempotencyStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-catalogue-").FullName;

    private protected override async Task<IIdempotencyStore> CreateAsync() =>
        (await Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"))).GetRequiredService<IIdempotencyStore>();

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class PostgresIdempotencyStoreTests(Servers servers) : IdempotencyStoreContract
{
    private protected override async Task<IIdempotencyStore> CreateAsync() =>
        (await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "")).GetRequiredService<IIdempotencyStore>();
}

public sealed class SqliteResumableUploadsTests : ResumableUploadsContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-catalogue-").FullName;

    private protected override async Task<IResumableUploads> CreateAsync() =>
        (await Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"))).GetRequiredService<IResumableUploads>();

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class PostgresResumableUploadsTests(Servers servers) : ResumableUploadsContract
{
    private protected override async Task<IResumableUploads> CreateAsync() =>
        (await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "")).GetRequiredService<IResumableUploads>();
}

internal static class Catalogue
{
    public static ServiceProvider Create(string? postgres, string sqliteFile) =>
        TestServices.OfTest(new ServiceCollection().AddCatalogue(postgres, sqliteFile).BuildServiceProvider());

    public static async Task<ICatalogue> MigratedAsync(string? postgres, string sqliteFile) =>
        (await ServicesAsync(postgres, sqliteFile)).GetRequiredService<ICatalogue>();

    /// <summary>An empty catalogue and what is kept beside it.</summary>
    public static async Task<IServiceProvider> ServicesAsync(string? postgres, string sqliteFile)
    {
        var services = Create(postgres, sqliteFile);
        await services.GetRequiredService<IModuleDatabase>().MigrateAsync(TestContext.Current.CancellationToken);
        return services;
    }
}
