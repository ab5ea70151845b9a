using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Removal;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Accounts.Tokens;
using PixelCraft.Ids;
using PixelCraft.Jobs;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>The Accounts module: members, sessions, API tokens, quotas.</summary>
public static class AccountsModule
{
    /// <summary>Chooses the handler that a request is authenticated by.</summary>
    private const string EitherScheme = "pixelcraft";

    /// <summary>
    /// Who makes a request and what the others may know of members: for every process that answers requests, of whichever module. It
    /// reads the module's stores itself and needs no server that runs <see cref="MapAccounts"/> (docs/decisions/0021-roles.md). It needs
    /// these stores, a session store and an <see cref="IdGenerator"/>'s clock. May be added twice.
    /// </summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SessionHandler))) return services;
        services.AddAccountsCore();
        services.AddHttpContextAccessor();
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, options => options.ForwardDefaultSelector = http =>
                TokenHandler.HasBearer(http.Request) ? TokenHandler.SchemeName : IdentityConstants.ApplicationScheme)
            .AddScheme<SessionSchemeOptions, SessionHandler>(IdentityConstants.ApplicationScheme, null)
            .AddScheme<TokenSchemeOptions, TokenHandler>(TokenHandler.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Read, policy => policy.RequireAuthenticatedUser().RequireClaim(MemberClaims.Scope, "read"))
            .AddPolicy(Policies.Write, policy => policy.RequireAuthenticatedUser().RequireClaim(MemberClaims.Scope, "write"))
            .AddPolicy(Policies.Session, policy => policy.RequireAuthenticatedUser().RequireClaim(MemberClaims.Session))
            .AddPolicy(Policies.Administrator, policy => policy.RequireAuthenticatedUser().RequireClaim(MemberClaims.Administrator, "true"));
        return services;
    }

    /// <summary>
    /// <see cref="AddAccess"/>, and the module's own services: for every process that has its API or pages, or runs the module's commands.
    /// It needs a job queue and <see cref="IMails"/> besides, and for the export every module's <see cref="IMemberData"/>.
    /// </summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddAccess();
        services.AddIdentityCore<Member>(options =>
            {
                options.User.RequireUniqueEmail = true;
                options.User.AllowedUserNameCharacters = ""; // any: the user name is the e-mail address
                // Length is what makes a password hard to guess (NIST SP 800-63B, 5.1.1.2).
                options.Password.RequiredLength = 10;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
            })
            .AddErrorDescriber<AccountErrors>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<MemberPrincipal.Factory>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<AccountsOptions>>((identity, accounts) =>
        {
            identity.Lockout.MaxFailedAccessAttempts = accounts.Value.LockoutAttempts;
            identity.Lockout.DefaultLockoutTimeSpan = accounts.Value.LockoutTime;
        });

        services.AddSingleton<AttemptLimit>();
        services.AddScoped<Registrar>();
        services.AddScoped<IMemberAdmission>(provider => provider.GetRequiredService<Registrar>());
        services.AddScoped<SignIn>();
        services.AddScoped<ISignIn>(provider => provider.GetRequiredService<SignIn>());
        services.AddScoped<IPasswords>(provider => provider.GetRequiredService<SignIn>());
        services.AddScoped<IPasswordResets, PasswordResets>();
        services.AddScoped<IOwnAccount, OwnAccount>();
        services.AddScoped<IMembers, Members>();
        services.AddHostedService<FirstAdministrator>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AccountsJson.Default));
        return services;
    }

    /// <summary>The erasing of closed accounts, and the writing of mails: for the process that does jobs. It needs every module's <see cref="IMemberData"/>.</summary>
    public static IServiceCollection AddAccountsWorker(this IServiceCollection services)
    {
        services.AddAccountsCore();
        services.AddSingleton<IJobHandler, EraseMember>();
        services.AddSingleton<IMailWriter, AccountMails>();
        services.AddHostedService<RemovalSweep>();
        return services;
    }

    /// <summary>The HTTP API.</summary>
    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder routes)
    {
        AccountsApi.Map(routes);
        return routes;
    }

    /// <summary>Refuses requests to the API that a page of another site sent; before authentication.</summary>
    public static IApplicationBuilder UseCrossSiteProtection(this IApplicationBuilder app) => app.UseMiddleware<CrossSiteProtection>();

    /// <summary>What both have in common; may be added twice.</summary>
    private static void AddAccountsCore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new IdGenerator(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<MemberStates>();
        services.TryAddSingleton<MemberNames>();
        services.TryAddSingleton<SessionService>();
        services.TryAddScoped<IMemberDirectory, MemberDirectory>();
    }
}
