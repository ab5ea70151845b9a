using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// Where the sessions of signed-in members are. A session whose <see cref="Session.ExpiresAt"/> has come is gone: no
/// method finds, lists or changes it, and the store removes it by itself. Failures are <see cref="UnavailableException"/>.
/// What a removal has returned from is seen by every later <see cref="FindAsync"/> on any server.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Sessions", "Each server goes on with those that it has validated in the last five minutes, and answers others 503; a suspension or a new password is in the accounts database, and ends them after five minutes at the latest.")]
public interface ISessionStore
{
    /// <summary>Adds a session, durably for the embedded store. Its key is new: one that is there already is an error of the program.</summary>
    Task AddAsync(Session session, CancellationToken cancellationToken);

    /// <summary>The session with this hash of a key (see <see cref="Session.KeyHash"/>); null when there is none.</summary>
    Task<Session?> FindAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>
    /// Notes that a session was used. False, and nothing is written, when it is gone: noting a use never brings back a
    /// session that was removed meanwhile.
    /// </summary>
    Task<bool> TouchAsync(string keyHash, SessionUse use, CancellationToken cancellationToken);

    /// <summary>A member's sessions, the most recently used first.</summary>
    Task<IReadOnlyList<Session>> ListAsync(Id member, CancellationToken cancellationToken);

    /// <summary>Ends one session of a member; false when the member has none with this id.</summary>
    Task<bool> RemoveAsync(Id member, Id session, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of a member but <paramref name="except"/> (null: all).</summary>
    Task RemoveAllAsync(Id member, Id? except, CancellationToken cancellationToken);
}

/// <summary>A signed-in member's session. Times are UTC, to the millisecond at least.</summary>
/// <param name="Id">Names the session to its member; in the member's shard. Not the key.</param>
/// <param name="KeyHash">SHA-256 of the cookie's key, as 64 lower-case hexadecimal digits. The key itself is stored nowhere.</param>
/// <param name="MemberId">Who is signed in.</param>
/// <param name="SecurityStamp">The member's stamp at sign-in: the session is worth nothing once the member has another one.</param>
/// <param name="CreatedAt">When signed in.</param>
/// <param name="UserAgent">What the browser said it is, at most 300 characters; foreign text, may be empty.</param>
/// <param name="Use">When it was last used and until when it lives.</param>
public sealed record Session(
    Id Id, string KeyHash, Id MemberId, string SecurityStamp, DateTimeOffset CreatedAt, string UserAgent, SessionUse Use)
{
    /// <summary>From this moment on the session is gone.</summary>
    public DateTimeOffset ExpiresAt => Use.ExpiresAt;
}

/// <summary>The last use of a session: what changes about it.</summary>
/// <param name="At">When, UTC, to about a minute.</param>
/// <param name="ExpiresAt">When the session ends unless it is used again, UTC.</param>
/// <param name="Address">The network address it came from, at most 100 characters; may be empty.</param>
public readonly record struct SessionUse(DateTimeOffset At, DateTimeOffset ExpiresAt, string Address);
