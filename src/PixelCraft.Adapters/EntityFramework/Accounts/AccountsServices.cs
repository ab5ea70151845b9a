using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Registers the accounts database.</summary>
public static class AccountsServices
{
    /// <summary>
    /// The stores of accounts but the sessions, and the data-protection keys: on PostgreSQL where
    /// <paramref name="postgres"/> is given, else in the SQLite file.
    /// </summary>
    public static IServiceCollection AddAccountsDatabase(this IServiceCollection services, string? postgres, string sqliteFile)
    {
        services.AddModuleDatabase<AccountsDbContext, SqliteAccountsDbContext, PostgresAccountsDbContext>("accounts", postgres, sqliteFile);
        AccountsDbContext.AddSchema(services);
        new IdentityBuilder(typeof(Member), services).AddEntityFrameworkStores<AccountsDbContext>();
        services.AddDataProtection().SetApplicationName("PixelCraft").PersistKeysToDbContext<AccountsDbContext>();

        services.AddSingleton<EfMemberStore>();
        services.AddSingleton<IMemberStore>(provider => provider.GetRequiredService<EfMemberStore>());
        services.AddSingleton<IClosedAccounts>(provider => provider.GetRequiredService<EfMemberStore>());
        services.AddSingleton<IInvitationStore, EfInvitationStore>();
        services.AddSingleton<ITokenStore, EfTokenStore>();
        return services;
    }

    /// <summary>Sessions in the accounts database too, for a program without Redis.</summary>
    public static IServiceCollection AddDatabaseSessions(this IServiceCollection services) => services.AddSingleton<ISessionStore, EfSessionStore>();
}
