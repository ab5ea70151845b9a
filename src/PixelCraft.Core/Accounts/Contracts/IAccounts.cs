using Microsoft.AspNetCore.Http;
using PixelCraft.Ids;

namespace PixelCraft.Accounts.Contracts;

/// <summary>Coming in and going out.</summary>
public interface ISignIn
{
    /// <summary>Whether nobody has registered yet: the first visitor needs the one-time code and becomes administrator.</summary>
    Task<bool> IsFirstAsync(CancellationToken cancellationToken);

    /// <summary>Makes an account. It does not sign in.</summary>
    Task<RegisterResult> RegisterAsync(Registration registration, CancellationToken cancellationToken);

    /// <summary>Checks the password and starts a session under a new key; a session that the request came with is ended.</summary>
    Task<SignInOutcome> SignInAsync(HttpContext http, string email, string password);

    /// <summary>Ends the session of this request, if there is one.</summary>
    Task SignOutAsync(HttpContext http);
}

/// <summary>What a member does with the own account.</summary>
public interface IOwnAccount
{
    /// <summary>The account; null when it is gone.</summary>
    Task<MemberProfile?> FindAsync(Id member, CancellationToken cancellationToken);

    /// <summary>The sessions, the most recently used first.</summary>
    Task<IReadOnlyList<SessionInfo>> SessionsAsync(Id member, CancellationToken cancellationToken);

    /// <summary>Ends a session; false when the member has none with this id.</summary>
    Task<bool> RevokeSessionAsync(Id member, Id session, CancellationToken cancellationToken);

    /// <summary>The API tokens, newest first.</summary>
    Task<IReadOnlyList<TokenInfo>> TokensAsync(Id member, CancellationToken cancellationToken);

    /// <summary>Makes an API token. Its text is in the answer and nowhere else: only its hash is stored.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="name">1 to 100 characters, to recognise it by.</param>
    /// <param name="canWrite">With the scope <c>write</c>; without, only <c>read</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<NewToken> CreateTokenAsync(Id member, string name, bool canWrite, CancellationToken cancellationToken);

    /// <summary>Ends a token; false when the member has none with this id.</summary>
    Task<bool> RevokeTokenAsync(Id member, Id token, CancellationToken cancellationToken);

    /// <summary>Writes everything that is kept of the member as a ZIP archive.</summary>
    Task ExportAsync(Id member, Stream zip, CancellationToken cancellationToken);

    /// <summary>
    /// Closes the account at once (sessions and tokens end, nobody can sign in) and has everything of the member
    /// removed by a worker. False, and nothing is done, when the password is wrong.
    /// </summary>
    Task<bool> DeleteAsync(Id member, string password, CancellationToken cancellationToken);
}

/// <summary>What administrators do.</summary>
public interface IMembers
{
    /// <summary>Members, newest first, by keyset.</summary>
    /// <param name="after">Only those older than this one; null starts with the newest.</param>
    /// <param name="limit">1 to 100.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<MemberProfile>> ListAsync(Id? after, int limit, CancellationToken cancellationToken);

    /// <summary>Suspends a member (sessions end, tokens stop working, nothing is removed) or lifts it. False when there is no such member, or it is the caller.</summary>
    Task<bool> SuspendAsync(Caller caller, Id member, bool suspended, CancellationToken cancellationToken);

    /// <summary>Sets the quota in bytes; 0 or null means without limit. False when there is no such member.</summary>
    Task<bool> SetQuotaAsync(Id member, long? bytes, CancellationToken cancellationToken);

    /// <summary>Makes an invitation for one member. The code is in the answer and nowhere else.</summary>
    Task<NewInvitation> InviteAsync(bool administrator, CancellationToken cancellationToken);

    /// <summary>Has an invitation for one member mailed, soon; nobody but its recipient sees the code.</summary>
    Task<InviteByMailOutcome> InviteByMailAsync(string email, bool administrator, CancellationToken cancellationToken);
}

/// <summary>What became of an invitation by mail.</summary>
public enum InviteByMailOutcome
{
    /// <summary>It is to be sent.</summary>
    Taken,

    /// <summary>It is no e-mail address.</summary>
    NoEmail,

    /// <summary>This installation sends no mail.</summary>
    Off,
}

/// <summary>What somebody enters to register.</summary>
/// <param name="Email">Also the name to sign in with.</param>
/// <param name="Name">What others see; 1 to 50 characters.</param>
/// <param name="Password">At least 10 characters.</param>
/// <param name="Invitation">The code; null or empty when there is none.</param>
public sealed record Registration(string Email, string Name, string Password, string? Invitation = null);

/// <summary>What became of a registration.</summary>
/// <param name="Outcome">Whether there is an account now.</param>
/// <param name="Member">The new member; null unless registered.</param>
/// <param name="Errors">Texts by field (<c>email</c>, <c>name</c>, <c>password</c>); empty unless <see cref="RegisterOutcome.Invalid"/>.</param>
public sealed record RegisterResult(RegisterOutcome Outcome, Id? Member, IReadOnlyDictionary<string, string> Errors);

/// <summary>Whether an account was made.</summary>
public enum RegisterOutcome
{
    /// <summary>It was.</summary>
    Registered,

    /// <summary>Fields are wrong, or the e-mail address is taken.</summary>
    Invalid,

    /// <summary>Registration is closed.</summary>
    Closed,

    /// <summary>An invitation is needed, or the code can't be used.</summary>
    InvitationInvalid,
}

/// <summary>What became of an attempt to sign in.</summary>
public enum SignInOutcome
{
    /// <summary>There is a session now.</summary>
    SignedIn,

    /// <summary>Unknown e-mail address, wrong password, or an account that is locked; not told apart.</summary>
    Failed,

    /// <summary>Too many attempts with this e-mail address from this network; <c>Retry-After</c> is set. The same whether or not it is a member's.</summary>
    LockedOut,

    /// <summary>Suspended by an administrator (told only after the right password).</summary>
    Suspended,
}

/// <summary>A member's account.</summary>
/// <param name="Id">The member.</param>
/// <param name="Email">To sign in with.</param>
/// <param name="Name">What others see.</param>
/// <param name="IsAdministrator">Has an administrator's rights.</param>
/// <param name="IsSuspended">Can't sign in.</param>
/// <param name="QuotaBytes">Bytes of originals that may be kept; null means without limit.</param>
/// <param name="CreatedAt">When registered, UTC.</param>
public sealed record MemberProfile(Id Id, string Email, string Name, bool IsAdministrator, bool IsSuspended, long? QuotaBytes, DateTimeOffset CreatedAt);

/// <summary>A session, as its member sees it.</summary>
/// <param name="Id">To revoke it by; not the key.</param>
/// <param name="CreatedAt">When signed in, UTC.</param>
/// <param name="UsedAt">When last used, UTC, to about a minute.</param>
/// <param name="Address">The network address it was last used from.</param>
/// <param name="UserAgent">What the browser says it is, at most 300 characters; foreign text.</param>
public sealed record SessionInfo(Id Id, DateTimeOffset CreatedAt, DateTimeOffset UsedAt, string Address, string UserAgent);

/// <summary>An API token, without its text.</summary>
/// <param name="Id">To revoke it by.</param>
/// <param name="Name">As the member named it.</param>
/// <param name="CanWrite">Has the scope <c>write</c> besides <c>read</c>.</param>
/// <param name="CreatedAt">When made, UTC.</param>
public sealed record TokenInfo(Id Id, string Name, bool CanWrite, DateTimeOffset CreatedAt);

/// <summary>A token just made.</summary>
/// <param name="Info">What stays known of it.</param>
/// <param name="Text">The token itself: <c>pc_</c> and 52 characters; shown once.</param>
public sealed record NewToken(TokenInfo Info, string Text);

/// <summary>An invitation just made.</summary>
/// <param name="Code">Shown once.</param>
/// <param name="ExpiresAt">Until when it can be used, UTC.</param>
public sealed record NewInvitation(string Code, DateTimeOffset ExpiresAt);
