using System.Text.Json;
using System.Text.Json.Serialization;
using PixelCraft.Accounts;
using PixelCraft.Ids;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// The sessions of signed-in members, shared by all servers. A session that Redis loses is a member who signs in again.
/// <para>
/// Format: <c>{prefix}:session:{key hash}</c> holds the session as JSON and expires with it;
/// <c>{prefix}:sessions:{member}</c> is a hash from the ids of a member's sessions to the hashes of their keys, and expires
/// with the last of them. In a cluster the two are on different nodes and can't be changed together. So the second only says
/// where to look: it is written before the first and cleaned after it, and what it lists counts while the first is there.
/// </para>
/// Needs GET, SET, DEL, PTTL, PEXPIRE, HSET, HGET, HGETALL, HDEL, EVAL and EVALSHA on those keys. Where
/// memory is short any eviction policy but <c>noeviction</c> signs members out.
/// </summary>
internal sealed class RedisSessionStore(RedisConnection redis, TimeProvider time) : ISessionStore
{
    // ARGV: id, key hash, lifetime in ms. Not PEXPIRE with GT, which takes a key without expiry for one that lives for ever.
    private static readonly RedisScript Note = new(
        """
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
        """);

    public Task AddAsync(Session session, CancellationToken cancellationToken) => AskAsync(
        async database =>
        {
            await NoteAsync(session);
            if (!await database.StringSetAsync(KeyOf(session.KeyHash), Write(session), Lifetime(session), When.NotExists))
                throw new InvalidOperationException("There is a session with this key already.");
            return true;
        },
        cancellationToken);

    public Task<Session?> FindAsync(string keyHash, CancellationToken cancellationToken) => AskAsync(
        async database => Read(await database.StringGetAsync(KeyOf(keyHash))), cancellationToken);

    public Task<bool> TouchAsync(string keyHash, SessionUse use, CancellationToken cancellationToken) => AskAsync(
        async database =>
        {
            if (Read(await database.StringGetAsync(KeyOf(keyHash))) is not { } session)
                return false;
            session = session with { Use = use };

            // Only over one that is still there; nothing but the use ever changes.
            if (!await database.StringSetAsync(KeyOf(keyHash), Write(session), Lifetime(session), When.Exists))
                return false;
            await NoteAsync(session);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<Session>> ListAsync(Id member, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<Session>>(
        async database =>
        {
            var listed = await database.HashGetAllAsync(ListOf(member));

            // One by one, in one go: in a cluster they are on different nodes.
            var found = await Task.WhenAll(listed.Select(entry => database.StringGetAsync(KeyOf(entry.Value!))));
            return [.. found.Select(Read).OfType<Session>().OrderByDescending(session => session.Use.At)];
        },
        cancellationToken);

    public Task<bool> RemoveAsync(Id member, Id session, CancellationToken cancellationToken) => AskAsync(
        async database =>
        {
            var keyHash = await database.HashGetAsync(ListOf(member), session.ToString());
            if (keyHash.IsNull)
                return false;
            var there = Read(await database.StringGetAsync(KeyOf(keyHash!))) is not null;
            var removed = await database.KeyDeleteAsync(KeyOf(keyHash!));
            await database.HashDeleteAsync(ListOf(member), session.ToString());
            return there && removed;
        },
        cancellationToken);

    public Task RemoveAllAsync(Id member, Id? except, CancellationToken cancellationToken) => AskAsync(
        async database =>
        {
            var listed = await database.HashGetAllAsync(ListOf(member));
            var gone = listed.Where(entry => entry.Name != except?.ToString()).ToList();
            await Task.WhenAll(gone.Select(entry => database.KeyDeleteAsync(KeyOf(entry.Value!))));
            await database.HashDeleteAsync(ListOf(member), [.. gone.Select(entry => entry.Name)]);
            return true;
        },
        cancellationToken);

    private static byte[] Write(Session session) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredSession(
            session.Id.ToString(), session.KeyHash, session.MemberId.ToString(), session.SecurityStamp, session.CreatedAt, session.UserAgent, session.Use),
        RedisSessionJson.Default.StoredSession);

    private RedisKey KeyOf(string keyHash) => $"{redis.Prefix}:session:{keyHash}";

    private RedisKey ListOf(Id member) => $"{redis.Prefix}:sessions:{member}";

    /// <summary>The session; null where there is none, or it is over by this server's clock before Redis notices.</summary>
    private Session? Read(RedisValue value)
    {
        if (value.IsNull || JsonSerializer.Deserialize((byte[])value!, RedisSessionJson.Default.StoredSession) is not { } stored)
            return null;
        return stored.Use.ExpiresAt <= time.GetUtcNow() ? null : new Session(
            Id.Parse(stored.Id, null), stored.KeyHash, Id.Parse(stored.Member, null), stored.Stamp, stored.CreatedAt, stored.UserAgent, stored.Use);
    }

    /// <summary>How long it lives from now; at least a moment, since Redis knows no shorter time.</summary>
    private TimeSpan Lifetime(Session session) =>
        TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((session.ExpiresAt - time.GetUtcNow()).TotalMilliseconds)));

    private Task<RedisResult> NoteAsync(Session session) => redis.EvaluateAsync(
        Note,
        [ListOf(session.MemberId)],
        [session.Id.ToString(), session.KeyHash, (long)Lifetime(session).TotalMilliseconds]);

    private Task<T> AskAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return RedisConnection.AskAsync("session store", async () => await call(await redis.DatabaseAsync()));
    }
}

/// <summary>A session as it is written: apart from <see cref="Session"/>, so that a new version can still read an old one's.</summary>
internal sealed record StoredSession(
    string Id, string KeyHash, string Member, string Stamp, DateTimeOffset CreatedAt, string UserAgent, SessionUse Use);

[JsonSerializable(typeof(StoredSession))]
internal sealed partial class RedisSessionJson : JsonSerializerContext;
