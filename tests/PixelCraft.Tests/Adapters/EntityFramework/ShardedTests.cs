using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>The catalogue over two PostgreSQL servers passes everything that one in one database does.</summary>
internal static class ShardedCatalogueServices
{
    public static async Task<IServiceProvider> CreateAsync(Servers servers)
    {
        var services = Create(await (await servers.PostgresAsync()).CreateDatabaseAsync(), await (await servers.SecondPostgresAsync()).CreateDatabaseAsync());
        foreach (var database in services.GetServices<IModuleDatabase>()) await database.MigrateAsync(TestContext.Current.CancellationToken);
        return services;
    }

    public static ServiceProvider Create(string one, string two, TimeProvider? time = null)
    {
        Assert.True(ShardTable.TryParse("0-2047 catalogue, 2048-4095 catalogue2", out var table, out _));
        return TestServices.OfTest(
            new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddShardedCatalogue([("catalogue", one), ("catalogue2", two)], table).BuildServiceProvider());
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
    [Fact]
    public async Task Take_WhileAnotherDatabaseIsAway_GivesWhatThisOneHas_AndThenSaysSo()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var services = ShardedCatalogueServices.Create(
            await (await servers.PostgresAsync()).CreateDatabaseAsync(cancel), $"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2");
        await services.GetServices<IModuleDatabase>().First().MigrateAsync(cancel);
        var (catalogue, withdrawals) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<IWithdrawals>());
        var image = CatalogueContract.NewImage(new IdGenerator(TimeProvider.System), Id.Create(DateTimeOffset.UtcNow, new Shard(7), 1)) with { Visibility = Visibility.Public };
        await catalogue.AddAsync(image, cancel);
        await catalogue.RemoveAsync(image.Id, null, cancel);

        var (now, until) = (DateTimeOffset.UtcNow.AddMinutes(1), DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal(image.Id, Assert.Single(await withdrawals.TakeAsync(now, until, 10, cancel)).Image);
        await Assert.ThrowsAsync<UnavailableException>(() => withdrawals.TakeAsync(now, until, 10, cancel));
    }

    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);
}

public sealed class ShardedTransformIndexTests(Servers servers) : TransformIndexContract
{
    private protected override async Task<ITransformIndex> CreateAsync() => (await ShardedCatalogueServices.CreateAsync(servers)).GetRequiredService<ITransformIndex>();

    private protected override ITransformIndex CreateUnreachable() => ShardedCatalogueServices.CreateUnreachable().GetRequiredService<ITransformIndex>();
}
