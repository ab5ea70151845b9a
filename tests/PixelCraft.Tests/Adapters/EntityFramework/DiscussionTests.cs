using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteCommentStoreTests : CommentStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-comments-").FullName;

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    private protected override Task<IServiceProvider> CreateAsync() => Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));

    // A folder where the file should be.
    private protected override IServiceProvider CreateUnreachable() => Catalogue.Create(null, _folder);
}

public sealed class SqliteLikeStoreTests : LikeStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-likes-").FullName;

    public override ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    private protected override Task<IServiceProvider> CreateAsync() => Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));

    private protected override IServiceProvider CreateUnreachable() => Catalogue.Create(null, _folder);
}

public sealed class PostgresCommentStoreTests(Servers servers) : CommentStoreContract
{
    private protected override async Task<IServiceProvider> CreateAsync() => await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");

    private protected override IServiceProvider CreateUnreachable() => Catalogue.Create($"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "");
}

public sealed class PostgresLikeStoreTests(Servers servers) : LikeStoreContract
{
    private protected override async Task<IServiceProvider> CreateAsync() => await Catalogue.ServicesAsync(await (await servers.PostgresAsync()).CreateDatabaseAsync(), "");

    private protected override IServiceProvider CreateUnreachable() => Catalogue.Create($"Host=127.0.0.1;Port={PixelCraft.Cluster.Ports.Free()};Username=nobody;Timeout=2", "");
}

public sealed class ShardedCommentStoreTests(Servers servers) : CommentStoreContract
{
    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);

    private protected override IServiceProvider CreateUnreachable() => ShardedCatalogueServices.CreateUnreachable();
}

public sealed class ShardedLikeStoreTests(Servers servers) : LikeStoreContract
{
    private protected override Task<IServiceProvider> CreateAsync() => ShardedCatalogueServices.CreateAsync(servers);

    private protected override IServiceProvider CreateUnreachable() => ShardedCatalogueServices.CreateUnreachable();
}
