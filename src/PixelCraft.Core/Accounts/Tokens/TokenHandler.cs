using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Http;

namespace PixelCraft.Accounts.Tokens;

/// <summary>Options of the token handler; there is nothing to set.</summary>
internal sealed class TokenSchemeOptions : AuthenticationSchemeOptions;

/// <summary>
/// Signs programs in by <c>Authorization: Bearer pc_…</c> (RFC 6750, 2.1). The database is asked at every request, so that a
/// revoked token or a suspended member stops at once.
/// </summary>
internal sealed class TokenHandler(IOptionsMonitor<TokenSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ITokenStore tokens)
    : AuthenticationHandler<TokenSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "token";

    private const string Bearer = "Bearer ";

    /// <summary>Whether the request brings a token, of whatever worth: then its cookies don't count.</summary>
    public static bool HasBearer(Microsoft.AspNetCore.Http.HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!HasBearer(Request)) return AuthenticateResult.NoResult();
        var text = Request.Headers.Authorization.ToString()[Bearer.Length..].Trim();
        try
        {
            if (text.StartsWith(Secrets.TokenPrefix, StringComparison.Ordinal)
                && await tokens.FindAsync(Secrets.Hash(text), Context.RequestAborted) is { } holder)
                return AuthenticateResult.Success(new AuthenticationTicket(MemberPrincipal.ByToken(holder, Scheme.Name), Scheme.Name));
        }
        catch (UnavailableException) when (DuringOutagesAttribute.IsOn(Context))
        {
            return AuthenticateResult.NoResult();
        }
        return AuthenticateResult.Fail("The token is not valid.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => AccessAnswers.ChallengeAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => AccessAnswers.ForbidAsync(Context);
}
