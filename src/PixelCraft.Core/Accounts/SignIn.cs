using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Limits;

namespace PixelCraft.Accounts;

/// <summary>Coming in, going out, and the password.</summary>
internal sealed class SignIn(
    SignInManager<Member> signIn,
    UserManager<Member> users,
    Registrar registrar,
    IMemberStore members,
    SessionService sessions,
    IRateLimiter limiter,
    IOptions<LimitOptions> limits) : ISignIn, IPasswords
{
    // Of a password that nobody has: compared where there is no member, so that the answer takes as long.
    private static string? _nobodysHash;

    public async Task<bool> IsFirstAsync(CancellationToken cancellationToken) => !await members.AnyAsync(cancellationToken);

    public Task<RegisterResult> RegisterAsync(Registration registration, CancellationToken cancellationToken) =>
        registrar.RegisterAsync(registration, cancellationToken);

    public async Task<SignInOutcome> SignInAsync(HttpContext http, string email, string password)
    {
        if (!await MayTryAsync(http, email)) return SignInOutcome.LockedOut;
        if (password.Length > Registrar.PasswordLength) return SignInOutcome.Failed;
        // No address has control characters, and PostgreSQL takes no NUL.
        var found = email.Any(char.IsControl) ? null : await users.FindByEmailAsync(email.Trim());
        // A locked account answers as one that isn't there, and takes as long: the lock must not tell that it exists.
        if (found is not { PasswordHash: not null } member || await users.IsLockedOutAsync(found))
        {
            var nobody = new Member();
            _nobodysHash ??= users.PasswordHasher.HashPassword(nobody, Secrets.NewToken());
            users.PasswordHasher.VerifyHashedPassword(nobody, _nobodysHash, password);
            return SignInOutcome.Failed;
        }

        signIn.Context = http;
        var result = await signIn.CheckPasswordSignInAsync(member, password, lockoutOnFailure: true);
        if (!result.Succeeded) return SignInOutcome.Failed;
        if (member.SuspendedAt is not null) return SignInOutcome.Suspended;
        await signIn.SignInAsync(member, isPersistent: true);
        return SignInOutcome.SignedIn;
    }

    public async Task SignOutAsync(HttpContext http)
    {
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        http.User = new ClaimsPrincipal(new ClaimsIdentity());
    }

    public async Task<PasswordChange> ChangeAsync(HttpContext http, string current, string replacement)
    {
        var id = Caller.From(http.User).MemberId ?? throw new InvalidOperationException("Nobody is signed in on this request.");
        if (await users.FindByIdAsync(id.ToString()) is not { } member || !await IsPasswordAsync(member, current))
            return new PasswordChange(PasswordOutcome.WrongPassword);
        if (await Registrar.PasswordErrorAsync(users, member, replacement) is { } error)
            return new PasswordChange(PasswordOutcome.Unusable, error);

        var result = await users.ChangePasswordAsync(member, current, replacement); // makes a new stamp
        // Another change came in between: the password checked above is not the current one any more.
        if (!result.Succeeded) return new PasswordChange(PasswordOutcome.WrongPassword);
        await sessions.EndAllAsync(id, http.RequestAborted);
        signIn.Context = http;
        await signIn.SignInAsync(member, isPersistent: true);
        return new PasswordChange(PasswordOutcome.Changed);
    }

    /// <summary>
    /// Takes one of the attempts that a network has with an e-mail address, a member's or not. So who guesses locks out
    /// the own network and not the member.
    /// </summary>
    private async Task<bool> MayTryAsync(HttpContext http, string email)
    {
        if (!limits.Value.Enabled) return true;
        var account = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToUpperInvariant())));
        var decision = await limiter.TakeAsync($"account:{account}:{EndpointLimiter.Key(http, LimitPolicy.SignIn)}", limits.Value.Account.Limit, http.RequestAborted);
        if (!decision.Allowed) http.Response.Headers.RetryAfter = EndpointLimiter.Seconds(decision.RetryAfter).ToString(CultureInfo.InvariantCulture);
        return decision.Allowed;
    }

    /// <summary>Checks a member's password once more, for what a session alone must not do; failures count towards the lock.</summary>
    public async Task<bool> IsPasswordAsync(Member member, string password) =>
        password.Length <= Registrar.PasswordLength
        && (await signIn.CheckPasswordSignInAsync(member, password, lockoutOnFailure: true)).Succeeded;
}
