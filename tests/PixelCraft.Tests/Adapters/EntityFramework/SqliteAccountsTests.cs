using System.Collections.Concurrent;
using PixelCraft.Accounts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>Empty accounts databases on SQLite; they go when the class of tests ends.</summary>
public sealed class SqliteAccounts : IAccountsDatabases, IAsyncDisposable
{
    private readonly ConcurrentBag<AccountsDatabase> _databases = [];

    public async Task<AccountStores> CreateAsync(TimeProvider time)
    {
        var database = await AccountsDatabase.CreateAsync(time, postgres: null, TestContext.Current.CancellationToken);
        _databases.Add(database);
        return database.Stores;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases) await database.DisposeAsync();
    }
}

public sealed class SqliteMemberStoreTests(SqliteAccounts databases) : MemberStoreContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqliteMemberViewTests(SqliteAccounts databases) : MemberViewContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqliteClosedAccountsTests(SqliteAccounts databases) : ClosedAccountsContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqliteInvitationStoreTests(SqliteAccounts databases) : InvitationStoreContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqliteTokenStoreTests(SqliteAccounts databases) : TokenStoreContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqlitePasswordStoreTests(SqliteAccounts databases) : PasswordStoreContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqliteMailOutboxTests(SqliteAccounts databases) : MailOutboxContract(databases), IClassFixture<SqliteAccounts>;

public sealed class SqliteSessionStoreTests : SessionStoreContract, IAsyncDisposable
{
    private AccountsDatabase? _database;

    // Only one process uses the folder: "another server" is the same store.
    protected override async Task<ISessionStore> CreateAsync(TimeProvider time) =>
        (_database ??= await AccountsDatabase.CreateAsync(time, postgres: null, TestContext.Current.CancellationToken)).Sessions;

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
    }
}
