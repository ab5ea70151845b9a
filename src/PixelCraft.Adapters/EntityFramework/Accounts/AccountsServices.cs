using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Accounts;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Registers the accounts database.</summary>
public static class AccountsServices
{
    /// <summary>
    /// The stores of accounts, and the data-protection keys, on PostgreSQL where <paramref name="postgres"/> is given,
    /// else in the SQLite file. Sessions are there too unless another <see cref="ISessionStore"/> was registered before.
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
        services.TryAddSingleton<ISessionStore>(provider => new EfSessionStore(
            provider.GetRequiredService<IDbContextFactory<AccountsDbContext>>(), provider.GetRequiredService<TimeProvider>(),
            isAlone: string.IsNullOrEmpty(postgres)));
        return services;
    }
}
