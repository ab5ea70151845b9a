using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// What Identity's user store does not cover. Members whose account is closed (<see cref="IClosedAccounts"/>) do not
/// exist for it. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(Choice.Cp, "Members, invitations and API tokens", "Changes are answered 503 until the database that takes writes, and its standby, can be reached; nothing that was acknowledged is lost or doubled.")]
public interface IMemberStore
{
    /// <summary>Whether there is any member at all, those with closed accounts included.</summary>
    Task<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Adds a member and uses up the invitation, both or neither; of several callers with one code only one is
    /// <see cref="AddMemberOutcome.Added"/>. Invitations for the first member are good while there is none, and all end with the first.
    /// </summary>
    /// <param name="member">Complete, with the normalised e-mail address and the password's hash.</param>
    /// <param name="invitation">Hash of the code; null where none is needed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<AddMemberOutcome> AddAsync(Member member, string? invitation, CancellationToken cancellationToken);

    /// <summary>Those of these members that there are, in no order.</summary>
    Task<IReadOnlyList<Member>> FindAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken);

    /// <summary>Members, newest first: at most <paramref name="limit"/>, only those older than <paramref name="after"/> (null: from the newest).</summary>
    Task<IReadOnlyList<Member>> ListAsync(Id? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Suspends a member (a time) or lifts it (null), and in the same step gives the account the new security stamp, with
    /// which older sessions are worth nothing. False when there is no such member.
    /// </summary>
    Task<bool> SuspendAsync(Id member, DateTimeOffset? suspendedAt, string securityStamp, CancellationToken cancellationToken);

    /// <summary>Sets the quota in bytes, null for none. False when there is no such member.</summary>
    Task<bool> SetQuotaAsync(Id member, long? bytes, CancellationToken cancellationToken);
}

/// <summary>What became of a new member.</summary>
public enum AddMemberOutcome
{
    /// <summary>There is an account now, and the invitation is gone.</summary>
    Added,

    /// <summary>Another member has the e-mail address; the invitation stays.</summary>
    EmailTaken,

    /// <summary>The invitation is used, expired or was for the first member; nothing was added.</summary>
    InvitationGone,
}

/// <summary>Accounts that their members closed, until everything of them is erased. Failures and consistency as in <see cref="IMemberStore"/>.</summary>
[ConsistencyChoice(typeof(IMemberStore))]
public interface IClosedAccounts
{
    /// <summary>
    /// Closes an account in one step: the e-mail address, name and password are removed (the address is free again), the
    /// stamp is new, API tokens are gone. Closing twice changes nothing.
    /// </summary>
    Task CloseAsync(Id member, DateTimeOffset at, string securityStamp, CancellationToken cancellationToken);

    /// <summary>Closed accounts that are still to be erased, the longest closed first; at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<Id>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Removes the last of a closed account; no error where there is none, and open accounts stay.</summary>
    Task RemoveAsync(Id member, CancellationToken cancellationToken);
}
