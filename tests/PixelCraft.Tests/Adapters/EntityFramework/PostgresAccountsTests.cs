using System.Collections.Concurrent;
using PixelCraft.Accounts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>Empty accounts databases on PostgreSQL; they go when the class of tests ends.</summary>
public sealed class PostgresAccounts(Servers servers) : IAccountsDatabases, IAsyncDisposable
{
    private readonly ConcurrentBag<AccountsDatabase> _databases = [];

    public async Task<AccountStores> CreateAsync(TimeProvider time)
    {
        var database = await AccountsDatabase.CreateAsync(time, await (await servers.PostgresAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        _databases.Add(database);
        return database.Stores;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases) await database.DisposeAsync();
    }
}

public sealed class PostgresMemberStoreTests(PostgresAccounts databases) : MemberStoreContract(databases), IClassFixture<PostgresAccounts>;

public sealed class PostgresMemberViewTests(PostgresAccounts databases) : MemberViewContract(databases), IClassFixture<PostgresAccounts>;

public sealed class PostgresClosedAccountsTests(PostgresAccounts databases) : ClosedAccountsContract(databases), IClassFixture<PostgresAccounts>;

public sealed class PostgresInvitationStoreTests(PostgresAccounts databases) : InvitationStoreContract(databases), IClassFixture<PostgresAccounts>;

public sealed class PostgresTokenStoreTests(PostgresAccounts databases) : TokenStoreContract(databases), IClassFixture<PostgresAccounts>;

public sealed class PostgresPasswordStoreTests(PostgresAccounts databases) : PasswordStoreContract(databases), IClassFixture<PostgresAccounts>;

public sealed class PostgresMailOutboxTests(PostgresAccounts databases) : MailOutboxContract(databases), IClassFixture<PostgresAccounts>;

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
