using PixelCraft.Accounts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class PostgresMemberStoreTests(Servers servers) : MemberStoreContract, IAsyncDisposable
{
    private AccountsDatabase? _database;

    protected override async Task<AccountStores> CreateAsync(TimeProvider time)
    {
        var postgres = await servers.PostgresAsync();
        var connection = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        return (_database = await AccountsDatabase.CreateAsync(time, connection, TestContext.Current.CancellationToken)).Stores;
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
    }
}

public sealed class PostgresSessionStoreTests(Servers servers) : SessionStoreContract, IAsyncDisposable
{
    private readonly List<AccountsDatabase> _servers = [];
    private string? _connection;

    protected override async Task<ISessionStore> CreateAsync(TimeProvider time)
    {
        var postgres = await servers.PostgresAsync();
        _connection ??= await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        _servers.Add(await AccountsDatabase.CreateAsync(time, _connection, TestContext.Current.CancellationToken));
        return _servers[^1].Sessions;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }
}
