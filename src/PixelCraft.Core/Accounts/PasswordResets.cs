using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>
/// Forgotten passwords. A request is only noted, as the mail that may follow: whether there is such a member, the link and its token are the
/// worker's business (<see cref="AccountMails"/>). So the answer can neither tell nor take longer, and no token is kept anywhere.
/// </summary>
internal sealed class PasswordResets(
    IMails mails, IPasswordStore passwords, UserManager<Member> users, AttemptLimit attempts, SessionService sessions, ILogger<PasswordResets> log) : IPasswordResets
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public async Task<ResetRequestOutcome> RequestAsync(HttpContext http, string email)
    {
        if (!mails.IsOn) return ResetRequestOutcome.Off;
        if (!EmailAddress.IsOne(email.Trim())) return ResetRequestOutcome.NoEmail;
        if (!await attempts.MayTryAsync(http, email)) return ResetRequestOutcome.TooMany;
        var normalized = users.NormalizeEmail(email.Trim())!;
        if (normalized.Length > OutgoingMail.AddressLength) return ResetRequestOutcome.NoEmail;
        await mails.AddAsync(mails.ToAddress(MailKind.PasswordReset, normalized, Lifetime), http.RequestAborted);
        return ResetRequestOutcome.Taken;
    }

    public async Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken) =>
        await passwords.FindResetAsync(Secrets.Hash(token), cancellationToken) is not null;

    public async Task<PasswordResetResult> ResetAsync(string token, string password, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(token);
        if (await passwords.FindResetAsync(hash, cancellationToken) is not { } member) return new PasswordResetResult(PasswordResetOutcome.LinkGone);
        var nobody = new Member();
        if (await Registrar.PasswordErrorAsync(users, nobody, password) is { } error) return new PasswordResetResult(PasswordResetOutcome.Unusable, error);

        var notice = mails.IsOn ? mails.ToMember(MailKind.PasswordChanged, member) : null;
        if (!await passwords.ResetAsync(hash, users.PasswordHasher.HashPassword(nobody, password), Secrets.NewStamp(), notice, cancellationToken))
            return new PasswordResetResult(PasswordResetOutcome.LinkGone);
        if (notice is not null) await mails.CommittedAsync(notice);
        try
        {
            await sessions.EndAllAsync(member, CancellationToken.None);
        }
        catch (UnavailableException e)
        {
            // The new stamp ends them too; the link is used up, so that the member can't be told to try again.
            log.LogWarning(e, "The sessions of member {Member} end by the new security stamp alone.", member);
        }
        return new PasswordResetResult(PasswordResetOutcome.Changed);
    }
}
