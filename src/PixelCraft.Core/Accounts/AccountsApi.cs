using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Limits;

namespace PixelCraft.Accounts;

/// <summary>The module's HTTP API.</summary>
internal static class AccountsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("Accounts").RequireRateLimit(LimitPolicy.Api);

        // Open to everybody: limited by address.
        api.MapPost("/members", RegisterAsync).WithName("Register").WithSummary("Make an account")
            .WithDescription("Without a session afterwards: sign in next. `invitation` where registration asks for one.").RequireRateLimit(LimitPolicy.Register);
        api.MapPost("/session", SignInAsync).WithName("SignIn").WithSummary("Sign in")
            .WithDescription("Sets the session's cookie. Programs rather use an API token.").RequireRateLimit(LimitPolicy.SignIn);
        api.MapPost("/password-resets", RequestResetAsync).WithName("RequestPasswordReset").WithSummary("Have a link mailed to choose a new password by")
            .WithDescription("The answer is the same whether or not anybody has the e-mail address. The link works once, for an hour.").RequireRateLimit(LimitPolicy.SignIn);
        api.MapPost("/password-resets/use", UseResetAsync).WithName("ResetPassword").WithSummary("Choose a new password by such a link")
            .WithDescription("`token` is the one in the link. Ends all sessions of the member.").RequireRateLimit(LimitPolicy.SignIn);
        api.MapDelete("/session", SignOutAsync).WithName("SignOut").WithSummary("Sign out");

        api.MapGet("/me", MeAsync).WithName("GetMe").WithSummary("Your account").RequireAuthorization(Policies.Read);

        var own = api.MapGroup("").RequireAuthorization(Policies.Session);
        own.MapDelete("/me", DeleteAsync).WithName("DeleteMe").WithSummary("Delete your account")
            .WithDescription("Closed at once; everything of it is removed soon after.");
        own.MapGet("/me/export", Export).WithName("ExportMe").WithSummary("All your data, as a ZIP archive");
        own.MapPut("/me/password", ChangePasswordAsync).WithName("ChangePassword").WithSummary("Change your password")
            .WithDescription("Ends your other sessions.");
        own.MapGet("/sessions", SessionsAsync).WithName("ListSessions").WithSummary("Your sessions");
        own.MapDelete("/sessions/{id}", RevokeSessionAsync).WithName("RevokeSession").WithSummary("End a session");
        own.MapGet("/tokens", TokensAsync).WithName("ListTokens").WithSummary("Your API tokens");
        own.MapPost("/tokens", CreateTokenAsync).WithName("CreateToken").WithSummary("Make an API token")
            .WithDescription("Its text is in the answer and nowhere else.");
        own.MapDelete("/tokens/{id}", RevokeTokenAsync).WithName("RevokeToken").WithSummary("End an API token");

        var administration = api.MapGroup("").RequireAuthorization(Policies.Administrator);
        administration.MapGet("/members", ListAsync).WithName("ListMembers").WithSummary("List members, newest first");
        administration.MapPatch("/members/{id}", ChangeAsync).WithName("ChangeMember").WithSummary("Suspend a member, or set the quota");
        administration.MapPost("/invitations", InviteAsync).WithName("Invite").WithSummary("Make an invitation")
            .WithDescription("Its code is in the answer and nowhere else. With `email` it goes there by mail, and the answer is 202 without it.");
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> RequestResetAsync(ResetRequest request, HttpContext http, IPasswordResets resets) =>
        await resets.RequestAsync(http, request.Email) switch
        {
            ResetRequestOutcome.Taken => TypedResults.Accepted((string?)null),
            ResetRequestOutcome.NoEmail => Problems.Field("email", AccountErrors.NoEmail),
            ResetRequestOutcome.TooMany => Problems.LockedOut.Result("Wait, and try again."),
            ResetRequestOutcome.Off => Problems.NoMail.Result(),
            var other => throw new UnreachableException($"{other}"),
        };

    private static async Task<Results<NoContent, ProblemHttpResult>> UseResetAsync(NewPasswordRequest request, IPasswordResets resets, CancellationToken cancellationToken)
    {
        var result = await resets.ResetAsync(request.Token, request.Password, cancellationToken);
        return result.Outcome switch
        {
            PasswordResetOutcome.Changed => TypedResults.NoContent(),
            PasswordResetOutcome.Unusable => Problems.Field("password", result.Error!),
            PasswordResetOutcome.LinkGone => Problems.LinkGone.Result("Ask for a new one."),
            var other => throw new UnreachableException($"{other}"),
        };
    }

    private static async Task<Results<Created<RegisteredResponse>, ProblemHttpResult>> RegisterAsync(
        Registration registration, ISignIn signIn, CancellationToken cancellationToken)
    {
        var result = await signIn.RegisterAsync(registration, cancellationToken);
        return result.Outcome switch
        {
            RegisterOutcome.Registered => TypedResults.Created((string?)null, new RegisteredResponse(result.Member!.Value)),
            RegisterOutcome.Invalid => Problems.Fields(result.Errors),
            RegisterOutcome.Closed => Problems.RegistrationClosed.Result(),
            _ => Problems.InvitationInvalid.Result(),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SignInAsync(SignInRequest request, HttpContext http, ISignIn signIn) =>
        await signIn.SignInAsync(http, request.Email, request.Password) switch
        {
            SignInOutcome.SignedIn => TypedResults.NoContent(),
            SignInOutcome.LockedOut => Problems.LockedOut.Result("Wait, and try again."),
            SignInOutcome.Suspended => Problems.Suspended.Result(),
            _ => Problems.SignInFailed.Result(),
        };

    private static async Task<NoContent> SignOutAsync(HttpContext http, ISignIn signIn)
    {
        await signIn.SignOutAsync(http);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<MemberProfile>, ProblemHttpResult>> MeAsync(
        ClaimsPrincipal user, IOwnAccount account, CancellationToken cancellationToken) =>
        await account.FindAsync(Me(user), cancellationToken) is { } profile ? TypedResults.Ok(profile) : Problems.SignInNeeded.Result();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        [FromBody] DeleteRequest request, HttpContext http, IOwnAccount account, ISignIn signIn)
    {
        // Not the request's token: once the account is closed, the rest follows.
        if (!await account.DeleteAsync(Me(http.User), request.Password, CancellationToken.None)) return Problems.SignInFailed.Result();
        await signIn.SignOutAsync(http);
        return TypedResults.NoContent();
    }

    private static PushStreamHttpResult Export(ClaimsPrincipal user, IOwnAccount account, HttpContext http) => TypedResults.Stream(
        zip => account.ExportAsync(Me(user), zip, http.RequestAborted), "application/zip", "pixelcraft-export.zip");

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangePasswordAsync(
        PasswordRequest request, HttpContext http, IPasswords passwords)
    {
        var change = await passwords.ChangeAsync(http, request.Current, request.Password);
        return change.Outcome switch
        {
            PasswordOutcome.Changed => TypedResults.NoContent(),
            PasswordOutcome.Unusable => Problems.Field("password", change.Error!),
            _ => Problems.SignInFailed.Result(),
        };
    }

    private static async Task<Ok<IReadOnlyList<SessionInfo>>> SessionsAsync(ClaimsPrincipal user, IOwnAccount account, CancellationToken cancellationToken) =>
        TypedResults.Ok(await account.SessionsAsync(Me(user), cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeSessionAsync(
        Id id, ClaimsPrincipal user, IOwnAccount account, CancellationToken cancellationToken) =>
        await account.RevokeSessionAsync(Me(user), id, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound.Result();

    private static async Task<Ok<IReadOnlyList<TokenInfo>>> TokensAsync(ClaimsPrincipal user, IOwnAccount account, CancellationToken cancellationToken) =>
        TypedResults.Ok(await account.TokensAsync(Me(user), cancellationToken));

    private static async Task<Results<Created<NewToken>, ProblemHttpResult>> CreateTokenAsync(
        TokenRequest request, HttpContext http, IOwnAccount account, CancellationToken cancellationToken)
    {
        var name = request.Name.Trim();
        if (name.Length is 0 or > OwnAccount.TokenNameLength || name.Any(char.IsControl))
            return Problems.Field("name", $"A name has 1 to {OwnAccount.TokenNameLength} characters.");
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, await account.CreateTokenAsync(Me(http.User), name, request.CanWrite, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeTokenAsync(
        Id id, ClaimsPrincipal user, IOwnAccount account, CancellationToken cancellationToken) =>
        await account.RevokeTokenAsync(Me(user), id, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound.Result();

    private static async Task<Results<Ok<MemberPage>, ProblemHttpResult>> ListAsync(
        Id? after, int? limit, IMembers members, CancellationToken cancellationToken)
    {
        var count = limit ?? PageLimit.Default;
        if (PageLimit.Fault(count) is { } fault) return fault;
        var items = await members.ListAsync(after, count, cancellationToken);
        return TypedResults.Ok(new MemberPage(items, items.Count == count ? items[^1].Id : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        Id id, MemberChange change, ClaimsPrincipal user, IMembers members, CancellationToken cancellationToken)
    {
        if (change.QuotaBytes < 0) return Problems.Field("quotaBytes", "A quota is 0 (without limit) or more.");
        var caller = Caller.From(user);
        if (change.Suspended is not null && caller.Is(id)) return Problems.Forbidden.Result("You can't suspend yourself.");
        if (change.QuotaBytes is { } bytes && !await members.SetQuotaAsync(id, bytes, cancellationToken)) return Problems.NotFound.Result();
        if (change.Suspended is { } suspended && !await members.SuspendAsync(caller, id, suspended, cancellationToken)) return Problems.NotFound.Result();
        return TypedResults.NoContent();
    }

    private static async Task<Results<Created<NewInvitation>, Accepted, ProblemHttpResult>> InviteAsync(
        InvitationRequest request, HttpContext http, IMembers members, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(request.Email))
        {
            return await members.InviteByMailAsync(request.Email, request.Administrator, cancellationToken) switch
            {
                InviteByMailOutcome.Taken => TypedResults.Accepted((string?)null),
                InviteByMailOutcome.NoEmail => Problems.Field("email", AccountErrors.NoEmail),
                InviteByMailOutcome.Off => Problems.NoMail.Result(),
                var other => throw new UnreachableException($"{other}"),
            };
        }
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, await members.InviteAsync(request.Administrator, cancellationToken));
    }

    private static Id Me(ClaimsPrincipal user) => Caller.From(user).MemberId!.Value;
}
