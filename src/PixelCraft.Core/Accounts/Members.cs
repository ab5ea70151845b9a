using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>What administrators do, and what other modules may know.</summary>
internal sealed class Members(
    IMemberStore store, MemberStates states, MemberNames names, IInvitationStore invitations, SessionService sessions, TimeProvider time, IOptions<AccountsOptions> options)
    : IMembers, IMemberDirectory
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

    public async Task<IReadOnlyDictionary<Id, string>> NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken) =>
        await names.FindAsync(members, cancellationToken);

    public async Task<long?> QuotaAsync(Id member, CancellationToken cancellationToken) =>
        (await states.FindAsync(member, cancellationToken))?.QuotaBytes;

    public static MemberProfile Profile(Member member) => new(
        member.Id, member.Email ?? "", member.Name, member.IsAdministrator, member.SuspendedAt is not null, member.QuotaBytes, member.CreatedAt);
}
