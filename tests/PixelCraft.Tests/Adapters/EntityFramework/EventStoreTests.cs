using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Analytics;
using PixelCraft.Analytics;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteEventStoreTests : EventStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-analytics-").FullName;

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    private protected override Task<IEventStore> CreateAsync() => EventStores.MigratedAsync(null, Path.Combine(_folder, "analytics.db"));

    // A folder where the file should be.
    private protected override IEventStore CreateUnreachable() => EventStores.Create(null, _folder).GetRequiredService<IEventStore>();
}

public sealed class PostgresEventStoreTests(Servers servers) : EventStoreContract
{
    private protected override async Task<IEventStore> CreateAsync() =>
        await EventStores.MigratedAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");

    private protected override IEventStore CreateUnreachable() =>
        EventStores.Create($"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "").GetRequiredService<IEventStore>();
}

internal static class EventStores
{
    public static ServiceProvider Create(string? postgres, string sqliteFile) =>
        new ServiceCollection().AddAnalyticsDatabase(postgres, sqliteFile).BuildServiceProvider();

    public static async Task<IEventStore> MigratedAsync(string? postgres, string sqliteFile)
    {
        var services = Create(postgres, sqliteFile);
        await services.GetRequiredService<IModuleDatabase>().MigrateAsync(Xunit.TestContext.Current.CancellationToken);
        return services.GetRequiredService<IEventStore>();
    }
}
