using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Images;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>The catalogue over two databases passes everything that one in one database does.</summary>
internal static class ShardedCatalogueServices
{
    public static async Task<IServiceProvider> CreateAsync(Servers servers)
    {
        var postgres = await servers.PostgresAsync();
        var services = Create(await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        foreach (var database in services.GetServices<IModuleDatabase>()) await database.MigrateAsync(TestContext.Current.CancellationToken);
        return services;
    }

    public static ServiceProvider Create(string one, string two, TimeProvider? time = null)
    {
        Assert.True(ShardTable.TryParse("0-2047 catalogue, 2048-4095 catalogue2", out var table, out _));
        return new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddShardedCatalogue([("catalogue", one), ("catalogue2", two)], table).BuildServiceProvider();
    }

    public static IServiceProvider CreateUnreachable()
    {
        var away = $"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2";
        return Create(away, away);
    }
}

public sealed class ShardedCatalogueTests(Servers servers) : CatalogueContract
{
    private protected override async Task<ICatalogue> CreateAsync() => (await ShardedCatalogueServices.CreateAsync(servers)).GetRequiredService<ICatalogue>();

    private protected override ICatalogue CreateUnreachable() => ShardedCatalogueServices.CreateUnreachable().GetRequiredService<ICatalogue>();
}

public sealed class ShardedCatalogueViewTests(Servers servers) : CatalogueViewContract
{
    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);

    private protected override ICatalogueView CreateUnreachable() => ShardedCatalogueServices.CreateUnreachable().GetRequiredService<ICatalogueView>();
}

public sealed class ShardedQuotaLedgerTests(Servers servers) : QuotaLedgerContract
{
    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);
}

public sealed class ShardedIdempotencyStoreTests(Servers servers) : IdempotencyStoreContract
{
    private protected override async Task<IIdempotencyStore> CreateAsync() => (await ShardedCatalogueServices.CreateAsync(servers)).GetRequiredService<IIdempotencyStore>();
}

public sealed class ShardedResumableUploadsTests(Servers servers) : ResumableUploadsContract
{
    private protected override async Task<IResumableUploads> CreateAsync() => (await ShardedCatalogueServices.CreateAsync(servers)).GetRequiredService<IResumableUploads>();
}

public sealed class ShardedWithdrawalsTests(Servers servers) : WithdrawalsContract
{
    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);
}

public sealed class ShardedTransformIndexTests(Servers servers) : TransformIndexContract
{
    private protected override async Task<ITransformIndex> CreateAsync() => (await ShardedCatalogueServices.CreateAsync(servers)).GetRequiredService<ITransformIndex>();

    private protected override ITransformIndex CreateUnreachable() => ShardedCatalogueServices.CreateUnreachable().GetRequiredService<ITransformIndex>();
}
