using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Mail;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>An accounts database of a test's own, migrated, with the stores on it.</summary>
internal sealed class AccountsDatabase : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-accounts-").FullName;
    private readonly ServiceProvider _services;

    private AccountsDatabase(TimeProvider time, string? postgres) => _services = new ServiceCollection()
        .AddSingleton(time)
        .AddLogging()
        .AddAccountsDatabase(postgres, Path.Combine(_folder, "accounts.db"))
        .AddDatabaseSessions()
        .BuildServiceProvider();

    public AccountStores Stores => new(
        _services.GetRequiredService<IMemberStore>(), _services.GetRequiredService<IClosedAccounts>(),
        _services.GetRequiredService<IInvitationStore>(), _services.GetRequiredService<ITokenStore>())
    {
        View = _services.GetRequiredService<IMemberView>(),
        Passwords = _services.GetRequiredService<IPasswordStore>(),
        Outbox = _services.GetRequiredService<IMailOutbox>(),
    };

    public ISessionStore Sessions => _services.GetRequiredService<ISessionStore>();

    /// <param name="time">The clock.</param>
    /// <param name="postgres">A connection string; null takes a SQLite file in a temporary folder.</param>
    /// <param name="cancellationToken">Ends the migration.</param>
    public static async Task<AccountsDatabase> CreateAsync(TimeProvider time, string? postgres, CancellationToken cancellationToken)
    {
        var database = new AccountsDatabase(time, postgres);
        foreach (var module in database._services.GetServices<IModuleDatabase>()) await module.MigrateAsync(cancellationToken);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        SqliteConnection.ClearAllPools(); // they hold the file open
        Directory.Delete(_folder, recursive: true);
    }
}
