using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Caching;
using PixelCraft.Ids;

namespace PixelCraft.Accounts.Sessions;

/// <summary>
/// Starts, checks and ends sessions. What a browser holds is the key; the store knows only its hash. What this server has validated
/// within the last second it takes without asking again: a page comes with dozens of requests. A session that is ended is
/// forgotten by all servers, which are given notice.
/// </summary>
internal sealed class SessionService : IDisposable
{
    private const int Capacity = 50_000;
    private const int UserAgentLength = 300;
    private const string Topic = "sessions-of";
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    /// <summary>Bounds how long an ended session is still taken where the notice of its end is lost.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ISessionStore _store;
    private readonly MemberStates _states;
    private readonly IChangeNotices _notices;
    private readonly IdGenerator _ids;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly ILogger _log;
    private readonly IDisposable _subscription;

    /// <summary>What this server has lately validated: for a second as it is, and for <see cref="MemberStates.Trust"/> while the store is away.</summary>
    private readonly ReadThrough<string, (Session Session, DateTimeOffset At)> _validated = new(Capacity);

    public SessionService(
        ISessionStore store, MemberStates states, IChangeNotices notices, IdGenerator ids, TimeProvider time, IOptions<AccountsOptions> options, ILogger<SessionService> log)
    {
        (_store, _states, _notices, _ids, _time, _lifetime, _log) = (store, states, notices, ids, time, options.Value.SessionLifetime, log);
        _subscription = notices.Subscribe(Topic, text =>
        {
            if (Id.TryParse(text, out var member)) Forget(member);
        });
    }

    public void Dispose() => _subscription.Dispose();

    /// <summary>Starts a session and returns its key.</summary>
    public async Task<string> StartAsync(Id member, string securityStamp, string userAgent, string address, CancellationToken cancellationToken)
    {
        var key = Secrets.NewSessionKey();
        var now = _time.GetUtcNow();
        await _store.AddAsync(
            new Session(
                _ids.For(member), Secrets.Hash(key), member, securityStamp, now,
                userAgent.Length > UserAgentLength ? userAgent[..UserAgentLength] : userAgent,
                new SessionUse(now, now + _lifetime, address)),
            cancellationToken);
        return key;
    }

    /// <summary>The session of a key and its member; null when it is not valid (any more).</summary>
    /// <exception cref="UnavailableException">It can't be told: a store is away and this server has not validated the session lately.</exception>
    public async Task<(Session Session, MemberState Member)?> ValidateAsync(string key, string address, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(key);
        var (session, fromStore) = await FindAsync(hash, cancellationToken);
        if (session is null || await _states.FindAsync(session.MemberId, cancellationToken) is not { } member) return null;
        if (member.SecurityStamp != session.SecurityStamp)
        {
            // The copy of the stamp may be the older one: a sign-in on another server just after a change.
            _states.Forget(session.MemberId);
            if (await _states.FindAsync(session.MemberId, cancellationToken) is not { } current || current.SecurityStamp != session.SecurityStamp) return null;
            member = current;
        }

        if (fromStore && !await TouchAsync(session, address, cancellationToken)) return null;
        return (session, member);
    }

    /// <summary>Ends the session of a key, if there is one.</summary>
    public async Task EndAsync(string key, CancellationToken cancellationToken)
    {
        if (await _store.FindAsync(Secrets.Hash(key), cancellationToken) is { } session) await EndAsync(session.MemberId, session.Id, cancellationToken);
    }

    /// <summary>Ends one session of a member; false when there is none with this id.</summary>
    public async Task<bool> EndAsync(Id member, Id session, CancellationToken cancellationToken)
    {
        var ended = await _store.RemoveAsync(member, session, cancellationToken);
        await ChangedAsync(member);
        return ended;
    }

    /// <summary>Ends every session of a member, after the stamp has been changed.</summary>
    public async Task EndAllAsync(Id member, CancellationToken cancellationToken)
    {
        // First, so that the servers go by the new stamp even when the store is away.
        await ChangedAsync(member);
        await _store.RemoveAllAsync(member, except: null, cancellationToken);
    }

    /// <summary>Has every server read a member again, after a change that leaves the sessions alone.</summary>
    public ValueTask ChangedAsync(Id member)
    {
        Forget(member);
        return _notices.PublishAsync(Topic, member.ToString(), CancellationToken.None);
    }

    private void Forget(Id member)
    {
        _states.Forget(member);
        _validated.ForgetWhere(copy => copy.Session.MemberId == member);
    }

    private async Task<(Session? Session, bool FromStore)> FindAsync(string hash, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (_validated.TryGet(hash, out var copy) && now - copy.At < Fresh && copy.Session.ExpiresAt > now) return (copy.Session, false);
        var generation = _validated.Generation;
        try
        {
            var session = await _store.FindAsync(hash, cancellationToken);
            if (session is null) _validated.Forget(hash);
            else _validated.Add(hash, (session, now), generation);
            return (session, true);
        }
        catch (UnavailableException) when (
            _validated.TryGet(hash, out copy) && now - copy.At < MemberStates.Trust && copy.Session.ExpiresAt > now)
        {
            return (copy.Session, false);
        }
    }

    /// <summary>False when the session has been ended meanwhile.</summary>
    private async Task<bool> TouchAsync(Session session, string address, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (now - session.Use.At < TouchInterval) return true;
        try
        {
            return await _store.TouchAsync(session.KeyHash, new SessionUse(now, now + _lifetime, address), cancellationToken);
        }
        catch (UnavailableException e)
        {
            // Reading worked a moment ago; the next request notes the use.
            _log.LogWarning(e, "The use of a session could not be noted.");
            return true;
        }
    }
}
