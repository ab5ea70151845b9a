using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Accounts.Sessions;

/// <summary>Starts, checks and ends sessions. What a browser holds is the key; the store knows only its hash.</summary>
internal sealed class SessionService(
    ISessionStore store,
    MemberStates states,
    IdGenerator ids,
    TimeProvider time,
    IOptions<AccountsOptions> options,
    ILogger<SessionService> log)
{
    private const int Capacity = 50_000;
    private const int UserAgentLength = 300;
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    /// <summary>What this server has lately validated, for when the store is away; otherwise the store is asked at every request.</summary>
    private readonly ReadThrough<string, (Session Session, DateTimeOffset At)> _validated = new(Capacity);

    /// <summary>Starts a session and returns its key.</summary>
    public async Task<string> StartAsync(Id member, string securityStamp, string userAgent, string address, CancellationToken cancellationToken)
    {
        var key = Secrets.NewSessionKey();
        var now = time.GetUtcNow();
        await store.AddAsync(
            new Session(
                ids.For(member), Secrets.Hash(key), member, securityStamp, now,
                userAgent.Length > UserAgentLength ? userAgent[..UserAgentLength] : userAgent,
                new SessionUse(now, now + options.Value.SessionLifetime, address)),
            cancellationToken);
        return key;
    }

    /// <summary>The session of a key and its member; null when it is not valid (any more).</summary>
    /// <exception cref="UnavailableException">It can't be told: a store is away and this server has not validated the session lately.</exception>
    public async Task<(Session Session, MemberState Member)?> ValidateAsync(string key, string address, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(key);
        var (session, fromStore) = await FindAsync(hash, cancellationToken);
        if (session is null || await states.FindAsync(session.MemberId, cancellationToken) is not { } member) return null;
        if (member.SecurityStamp != session.SecurityStamp)
        {
            // The copy of the stamp may be the older one: a sign-in on another server just after a change.
            states.Forget(session.MemberId);
            if (await states.FindAsync(session.MemberId, cancellationToken) is not { } current || current.SecurityStamp != session.SecurityStamp) return null;
            member = current;
        }

        if (fromStore && !await TouchAsync(session, address, cancellationToken)) return null;
        return (session, member);
    }

    /// <summary>Ends the session of a key, if there is one.</summary>
    public async Task EndAsync(string key, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(Secrets.Hash(key), cancellationToken) is { } session) await EndAsync(session.MemberId, session.Id, cancellationToken);
    }

    /// <summary>Ends one session of a member; false when there is none with this id.</summary>
    public async Task<bool> EndAsync(Id member, Id session, CancellationToken cancellationToken)
    {
        var ended = await store.RemoveAsync(member, session, cancellationToken);
        _validated.Clear();
        return ended;
    }

    /// <summary>Ends every session of a member, after the stamp has been changed.</summary>
    public async Task EndAllAsync(Id member, CancellationToken cancellationToken)
    {
        // First, so that this server goes by the new stamp even when the store is away.
        states.Forget(member);
        _validated.Clear();
        await store.RemoveAllAsync(member, except: null, cancellationToken);
    }

    private async Task<(Session? Session, bool FromStore)> FindAsync(string hash, CancellationToken cancellationToken)
    {
        var generation = _validated.Generation;
        try
        {
            var session = await store.FindAsync(hash, cancellationToken);
            if (session is null) _validated.Forget(hash);
            else _validated.Add(hash, (session, time.GetUtcNow()), generation);
            return (session, true);
        }
        catch (UnavailableException) when (
            _validated.TryGet(hash, out var copy) && time.GetUtcNow() - copy.At < MemberStates.Trust && copy.Session.ExpiresAt > time.GetUtcNow())
        {
            return (copy.Session, false);
        }
    }

    /// <summary>False when the session has been ended meanwhile.</summary>
    private async Task<bool> TouchAsync(Session session, string address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - session.Use.At < TouchInterval) return true;
        try
        {
            return await store.TouchAsync(session.KeyHash, new SessionUse(now, now + options.Value.SessionLifetime, address), cancellationToken);
        }
        catch (UnavailableException e)
        {
            // Reading worked a moment ago; the next request notes the use.
            log.LogWarning(e, "The use of a session could not be noted.");
            return true;
        }
    }
}
