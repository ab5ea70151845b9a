using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>Coming in, going out, and the password.</summary>
internal sealed class SignIn(
    SignInManager<Member> signIn,
    UserManager<Member> users,
    Registrar registrar,
    IMemberStore members,
    SessionService sessions,
    AttemptLimit attempts,
    IPasswordStore passwords,
    IMails mails) : ISignIn, IPasswords
{
    // Of a password that nobody has: compared where there is no member, so that the answer takes as long.
    private static string? _nobodysHash;

    public async Task<bool> IsFirstAsync(CancellationToken cancellationToken) => !await members.AnyAsync(cancellationToken);

    public Task<RegisterResult> RegisterAsync(Registration registration, CancellationToken cancellationToken) =>
        registrar.RegisterAsync(registration, cancellationToken);

    public async Task<SignInOutcome> SignInAsync(HttpContext http, string email, string password)
    {
        if (!await attempts.MayTryAsync(http, email)) return SignInOutcome.LockedOut;
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

        var notice = mails.IsOn ? mails.ToMember(MailKind.PasswordChanged, id) : null;
        var stamp = Secrets.NewStamp();
        var hash = users.PasswordHasher.HashPassword(member, replacement);
        // Another change came in between: the password checked above is not the current one any more.
        if (!await passwords.ChangeAsync(id, member.PasswordHash!, hash, stamp, notice, http.RequestAborted)) return new PasswordChange(PasswordOutcome.WrongPassword);
        member.SecurityStamp = stamp; // for the session that begins below
        if (notice is not null) await mails.CommittedAsync(notice);
        await sessions.EndAllAsync(id, http.RequestAborted);
        signIn.Context = http;
        await signIn.SignInAsync(member, isPersistent: true);
        return new PasswordChange(PasswordOutcome.Changed);
    }

    /// <summary>Checks a member's password once more, for what a session alone must not do; failures count towards the lock.</summary>
    public async Task<bool> IsPasswordAsync(Member member, string password) =>
        password.Length <= Registrar.PasswordLength
        && (await signIn.CheckPasswordSignInAsync(member, password, lockoutOnFailure: true)).Succeeded;
}
