using PixelCraft.Ids;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>
/// Writes the mails of accounts when they are sent, and only then makes the secrets in their links: so no link is kept anywhere but in
/// the mail. A mail that is tried again gets another one, and whichever arrives works.
/// </summary>
internal sealed class AccountMails(IMemberStore members, IPasswordStore passwords, IInvitationStore invitations) : IMailWriter
{
    /// <summary>Mails with links that a member may have at once: who asks in another's name must not fill the mailbox.</summary>
    private const int MostResets = 5;

    public Task<MailContent?> WriteAsync(OutgoingMail mail, CancellationToken cancellationToken) => mail.Kind switch
    {
        MailKind.PasswordReset => ResetAsync(mail, cancellationToken),
        MailKind.PasswordChanged => ChangedAsync(mail.MemberId!.Value, cancellationToken),
        MailKind.Invitation => InviteAsync(mail, isAdministrator: false, cancellationToken),
        MailKind.AdministratorInvitation => InviteAsync(mail, isAdministrator: true, cancellationToken),
        _ => Task.FromResult<MailContent?>(null),
    };

    private async Task<MailContent?> ResetAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var token = Secrets.NewSessionKey();
        var until = mail.ExpiresAt!.Value;
        var member = await passwords.AddResetAsync(mail.Address!, new PasswordReset(Secrets.Hash(token), mail.Id, until), MostResets, cancellationToken);
        // To the address that the account has, never to the one that was typed: what only looks alike must not get the link.
        return member is null ? null : new MailContent(member.Email!, member.Name, $"/reset-password?token={token}", until);
    }

    private async Task<MailContent?> ChangedAsync(Id id, CancellationToken cancellationToken) =>
        await members.FindAsync([id], cancellationToken) is [{ Email: { } email } member] ? new MailContent(email, member.Name, "/account") : null;

    private async Task<MailContent?> InviteAsync(OutgoingMail mail, bool isAdministrator, CancellationToken cancellationToken)
    {
        var code = Secrets.NewCode();
        var until = mail.ExpiresAt!.Value;
        await invitations.AddAsync(new Invitation(Secrets.HashCode(code), isAdministrator, IsFirst: false, until), cancellationToken);
        return new MailContent(mail.Address!, "", $"/register?invitation={code}", until);
    }
}
