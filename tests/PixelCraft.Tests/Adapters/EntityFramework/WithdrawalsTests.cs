using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteWithdrawalsTests : WithdrawalsContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-withdrawals-").FullName;

    private protected override Task<IServiceProvider> CreateAsync() => Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class PostgresWithdrawalsTests(Servers servers) : WithdrawalsContract
{
    private protected override async Task<IServiceProvider> CreateAsync() =>
        await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");
}
