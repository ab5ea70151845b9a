using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts;
using PixelCraft.Mail;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Registers the accounts database.</summary>
public static class AccountsServices
{
    /// <summary>The module's word for its database; in PostgreSQL also the schema.</summary>
    public const string Name = "accounts";

    /// <summary>
    /// The stores of accounts but the sessions, and the data-protection keys: on PostgreSQL where
    /// <paramref name="postgres"/> is given, else in the SQLite file.
    /// </summary>
    public static IServiceCollection AddAccountsDatabase(this IServiceCollection services, string? postgres, string sqliteFile)
    {
        services.AddModuleDatabase<AccountsDbContext, SqliteAccountsDbContext, PostgresAccountsDbContext>(Name, postgres, sqliteFile);
        AccountsDbContext.AddSchema(services);
        new IdentityBuilder(typeof(Member), services).AddEntityFrameworkStores<AccountsDbContext>();
        services.AddSingleton(provider => new AccountsReader(provider.GetRequiredKeyedService<RawDatabase>(Name)));
        services.AddDataProtection().SetApplicationName("PixelCraft");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
            options.XmlRepository = new DataProtectionKeys(provider.GetRequiredService<AccountsReader>(), provider, provider.GetRequiredService<ILoggerFactory>())));

        services.AddSingleton<EfMemberStore>();
        services.AddSingleton<IMemberStore>(provider => provider.GetRequiredService<EfMemberStore>());
        services.AddSingleton<IClosedAccounts>(provider => provider.GetRequiredService<EfMemberStore>());
        services.AddSingleton<IMemberView>(provider => new MemberView(provider.GetRequiredKeyedService<RawDatabase>(Name)));
        services.AddSingleton<IInvitationStore, EfInvitationStore>();
        services.AddSingleton<ITokenStore, EfTokenStore>();
        services.AddSingleton<IPasswordStore, EfPasswordStore>();
        services.AddSingleton<IMailOutbox, EfMailOutbox>();
        return services;
    }

    /// <summary>Sessions in the accounts database too, for a program without Redis.</summary>
    public static IServiceCollection AddDatabaseSessions(this IServiceCollection services) => services.AddSingleton<ISessionStore, EfSessionStore>();
}
