using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PixelCraft.Caching;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// The shared cache. Format: the value as it is under <c>{prefix}:cache:{key}</c>, with an expiry; one key per command, so it
/// spreads over a cluster. Needs GET, SET and DEL on those keys. Entries may be evicted at any time; use the policy
/// <c>volatile-lru</c> (or another <c>volatile-</c>) where the job queue lives on the same Redis: its keys have no expiry and stay.
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

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        CacheRules.Check(key, value, lifetime);
        await StoreAsync(key, value, lifetime, When.Always);
    }

    public async ValueTask<bool> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        CacheRules.Check(key, value, lifetime);
        return await StoreAsync(key, value, lifetime, When.NotExists);
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        CacheRules.CheckKey(key);
        await _outage.TryAsync(async () => await (await redis.DatabaseAsync()).KeyDeleteAsync(Name(key)));
    }

    private async ValueTask<bool> StoreAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, When when)
    {
        // Redis counts milliseconds; a lifetime below one is one.
        var milliseconds = TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(lifetime.TotalMilliseconds)));
        var (_, stored) = await _outage.TryAsync(async () =>
            await (await redis.DatabaseAsync()).StringSetAsync(Name(key), value, milliseconds, when));
        return stored;
    }

    private RedisKey Name(string key) => $"{redis.Prefix}:cache:{key}";
}
