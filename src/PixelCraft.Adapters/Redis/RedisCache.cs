using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PixelCraft.Caching;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// The shared cache. Format: the value as it is under <c>{prefix}:cache:{key}</c>, with an expiry; one key per command, so it
/// spreads over a cluster. Needs GET, SET and DEL on those keys. Entries may be evicted at any time: a Redis for the cache alone
/// does best with the policy <c>allkeys-lru</c>; where sessions are on the same, it is theirs that counts.
/// </summary>
internal sealed class RedisCache(RedisConnection redis, IMeterFactory meters, TimeProvider time, ILogger<RedisCache> logger) : ICache
{
    private readonly RedisOutage _outage = new("cache", meters, time, logger);

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        CacheRules.CheckKey(key);
        var (_, value) = await _outage.TryAsync(async () => (byte[]?)await (await redis.DatabaseAsync()).StringGetAsync(Name(key)));
        return value;
    }

    public async ValueTask<bool> SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        CacheRules.Check(key, value, lifetime);
        var (answered, _) = await StoreAsync(key, value, lifetime, When.Always);
        return answered;
    }

    public async ValueTask<bool> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        CacheRules.Check(key, value, lifetime);
        var (_, stored) = await StoreAsync(key, value, lifetime, When.NotExists);
        return stored;
    }

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        CacheRules.CheckKey(key);
        var (answered, _) = await _outage.TryAsync(async () => await (await redis.DatabaseAsync()).KeyDeleteAsync(Name(key)));
        return answered;
    }

    private ValueTask<(bool Answered, bool Stored)> StoreAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, When when)
    {
        // Redis counts milliseconds; a lifetime below one is one.
        var milliseconds = TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(lifetime.TotalMilliseconds)));
        return _outage.TryAsync(async () => await (await redis.DatabaseAsync()).StringSetAsync(Name(key), value, milliseconds, when));
    }

    private RedisKey Name(string key) => $"{redis.Prefix}:cache:{key}";
}
