using PixelCraft.Accounts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class SqliteMemberStoreTests : MemberStoreContract, IAsyncDisposable
{
    private AccountsDatabase? _database;

    protected override async Task<AccountStores> CreateAsync(TimeProvider time) =>
        (_database = await AccountsDatabase.CreateAsync(time, postgres: null, TestContext.Current.CancellationToken)).Stores;

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
    }
}

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
