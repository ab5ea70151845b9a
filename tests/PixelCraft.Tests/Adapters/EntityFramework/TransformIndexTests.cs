using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Images;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteTransformIndexTests : TransformIndexContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-transforms-").FullName;

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    private protected override Task<ITransformIndex> CreateAsync() => TransformIndex.MigratedAsync(null, Path.Combine(_folder, "catalogue.db"));

    // A folder where the file should be.
    private protected override ITransformIndex CreateUnreachable() => Catalogue.Create(null, _folder).GetRequiredService<ITransformIndex>();
}

public sealed class PostgresTransformIndexTests(Servers servers) : TransformIndexContract
{
    private protected override async Task<ITransformIndex> CreateAsync() =>
        await TransformIndex.MigratedAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");

    private protected override ITransformIndex CreateUnreachable() =>
        Catalogue.Create($"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "").GetRequiredService<ITransformIndex>();
}

internal static class TransformIndex
{
    public static async Task<ITransformIndex> MigratedAsync(string? postgres, string sqliteFile)
    {
        var services = Catalogue.Create(postgres, sqliteFile);
        await services.GetRequiredService<IModuleDatabase>().MigrateAsync(Xunit.TestContext.Current.CancellationToken);
        return services.GetRequiredService<ITransformIndex>();
    }
}
