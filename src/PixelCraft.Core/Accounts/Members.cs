using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Ids;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>What administrators do.</summary>
internal sealed class Members(
    IMemberStore store, IInvitationStore invitations, SessionService sessions, IMails mails, TimeProvider time, IOptions<AccountsOptions> options)
    : IMembers
{
    public async Task<IReadOnlyList<MemberProfile>> ListAsync(Id? after, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(after, limit, cancellationToken)).Select(Profile)];

    public async Task<bool> SuspendAsync(Caller caller, Id member, bool suspended, CancellationToken cancellationToken)
    {
        if (caller.Is(member)) return false;
        // Suspended once more, the time becomes the latest one; what counts is that a call that failed halfway can be repeated.
        if (!await store.SuspendAsync(member, suspended ? time.GetUtcNow() : null, Secrets.NewStamp(), cancellationToken)) return false;
        await sessions.EndAllAsync(member, cancellationToken);
        return true;
    }

    public async Task<bool> SetQuotaAsync(Id member, long? bytes, CancellationToken cancellationToken)
    {
        if (!await store.SetQuotaAsync(member, bytes is null or 0 ? null : bytes, cancellationToken)) return false;
        await sessions.ChangedAsync(member);
        return true;
    }

    public async Task<NewInvitation> InviteAsync(bool administrator, CancellationToken cancellationToken)
    {
        var code = Secrets.NewCode();
        var expires = time.GetUtcNow() + options.Value.InvitationLifetime;
        await invitations.AddAsync(new Invitation(Secrets.HashCode(code), administrator, IsFirst: false, expires), cancellationToken);
        return new NewInvitation(code, expires);
    }

    public async Task<InviteByMailOutcome> InviteByMailAsync(string email, bool administrator, CancellationToken cancellationToken)
    {
        if (!mails.IsOn) return InviteByMailOutcome.Off;
        if (!EmailAddress.IsOne(email.Trim())) return InviteByMailOutcome.NoEmail;
        // The code is made when the mail is sent; until then there is no invitation that somebody could find.
        var kind = administrator ? MailKind.AdministratorInvitation : MailKind.Invitation;
        await mails.AddAsync(mails.ToAddress(kind, email.Trim(), options.Value.InvitationLifetime), cancellationToken);
        return InviteByMailOutcome.Taken;
    }

    public static MemberProfile Profile(Member member) => new(
        member.Id, member.Email ?? "", member.Name, member.IsAdministrator, member.SuspendedAt is not null, member.QuotaBytes, member.CreatedAt);
}
