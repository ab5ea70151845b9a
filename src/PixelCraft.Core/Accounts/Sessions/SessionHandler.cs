using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;

namespace PixelCraft.Accounts.Sessions;

/// <summary>Options of the session handler; there is nothing to set.</summary>
internal sealed class SessionSchemeOptions : AuthenticationSchemeOptions;

/// <summary>
/// Signs members in by a cookie that holds nothing but a random key (docs/decisions/0002-session-cookie.md). Every
/// sign-in makes a new key, and ends the session of the one that the request came with: a key that somebody planted in
/// the browser never becomes a member's session.
/// </summary>
internal sealed class SessionHandler(
    IOptionsMonitor<SessionSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionService sessions)
    : SignInAuthenticationHandler<SessionSchemeOptions>(options, logger, encoder)
{
    private const string PlainName = "pixelcraft";

    // Browsers take a __Host- cookie only from https, for this very host and all paths; a subdomain can't set it.
    private const string SecureName = "__Host-pixelcraft";

    // The server alone decides when a session ends. As long as browsers keep a cookie (RFC 6265bis, 5.5), so that it
    // need not be set again on responses that a cache between might store.
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(400);

    private string CookieName => Request.IsHttps ? SecureName : PlainName;

    private string Address => Context.Connection.RemoteIpAddress?.ToString() ?? "";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // The page that tells of an outage must not need what is away.
        if (Context.Features.Get<IStatusCodeReExecuteFeature>() is not null && Response.StatusCode >= StatusCodes.Status500InternalServerError)
            return AuthenticateResult.NoResult();
        if (ReadKey() is not { } key) return AuthenticateResult.NoResult();
        try
        {
            if (await sessions.ValidateAsync(key, Address, Context.RequestAborted) is not var (session, member))
                return AuthenticateResult.Fail("The session has ended.");
            var principal = MemberPrincipal.BySession(session.MemberId, member.Name, member.IsAdministrator, session.Id, Scheme.Name);
            return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
        }
        catch (UnavailableException) when (DuringOutagesAttribute.IsOn(Context))
        {
            return AuthenticateResult.NoResult();
        }
    }

    protected override async Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        await EndCurrentAsync();
        var member = Id.Parse(user.FindFirstValue(MemberClaims.Id)!, null);
        var stamp = user.FindFirstValue(MemberPrincipal.StampClaim)!;
        var key = await sessions.StartAsync(member, stamp, Request.Headers.UserAgent.ToString(), Address, Context.RequestAborted);
        Response.Cookies.Append(CookieName, key, Cookie(CookieLifetime));
        Response.Headers.CacheControl = "no-store";
    }

    protected override async Task HandleSignOutAsync(AuthenticationProperties? properties)
    {
        await EndCurrentAsync();
        Response.Cookies.Delete(CookieName, Cookie(null));
        Response.Headers.CacheControl = "no-store";
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => AccessAnswers.ChallengeAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => AccessAnswers.ForbidAsync(Context);

    private async Task EndCurrentAsync()
    {
        if (ReadKey() is { } key) await sessions.EndAsync(key, Context.RequestAborted);
    }

    private string? ReadKey() => Request.Cookies[CookieName] is { Length: Secrets.SessionKeyLength } key ? key : null;

    private CookieOptions Cookie(TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        Secure = Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
        MaxAge = lifetime,
    };
}
