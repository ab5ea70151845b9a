using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Adapters.EntityFramework.Postgres;
using PixelCraft.Cluster;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;
using PostgresServer = PixelCraft.Cluster.PostgresServer;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>A primary and two replicas of a test's own, to be frozen and killed, with catalogue and accounts on them.</summary>
public abstract class GroupTest : IAsyncLifetime
{
    private readonly List<ServiceProvider> _services = [];

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected PostgresGroup Group { get; private set; } = null!;

    private protected string Connection { get; private set; } = null!;

    private protected IdGenerator Ids { get; } = new(TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        Group = await Servers.SkipIfMissingAsync(() => PostgresGroup.StartAsync(CancellationToken.None));
        Connection = await Group.CreateDatabaseAsync(Ct) + ";Command Timeout=2";
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var services in _services) await services.DisposeAsync();
        await Group.DisposeAsync();
    }

    /// <summary>A server of the program: its stores, on tables that are up to date.</summary>
    private protected async Task<IServiceProvider> ServerAsync(TimeSpan? maxStaleness = null)
    {
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .Configure<ReplicaOptions>(options => options.MaxStaleness = maxStaleness ?? options.MaxStaleness)
            .AddCatalogue(Connection, "")
            .AddAccountsDatabase(Connection, "")
            .BuildServiceProvider();
        _services.Add(services);
        foreach (var database in services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Ct);
        return services;
    }

    private protected ImageRecord Image(Id? owner = null) =>
        CatalogueContract.NewImage(Ids, owner) with { Visibility = Visibility.Public, Status = ImageStatus.Ready };

    /// <summary>Waits until both replicas show an image.</summary>
    private protected Task SeenByReplicasAsync(Id image) => Eventually.TrueAsync(async () =>
    {
        foreach (var replica in Group.Replicas)
            if (await ScalarAsync(replica, $"select count(*) from catalogue.images where id = '{image.ToGuid()}'") is not 1L) return false;
        return true;
    });

    /// <summary>Asks one server, in the test's database.</summary>
    private protected async Task<object?> ScalarAsync(PostgresServer server, string sql)
    {
        var database = new NpgsqlConnectionStringBuilder(Connection).Database!;
        await using var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }
}
