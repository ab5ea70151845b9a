using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Limits;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Limits that all servers share; while Redis is away each server limits by itself. The arithmetic is that of
/// <see cref="Gcra"/>, in microseconds of the server's clock, in one script and one round trip.
/// Format: <c>{prefix}:limit:{key}</c> holds the theoretical arrival time in microseconds since 1970, and expires when it has
/// come. Needs GET, SET, TIME, EVAL and EVALSHA on those keys; they may be evicted, which forgives what was used.
/// </summary>
internal sealed class RedisRateLimiter(RedisConnection redis, IMeterFactory meters, TimeProvider time, ILogger<RedisRateLimiter> logger)
    : IRateLimiter
{
    // ARGV: interval, permits. Answers: allowed, remaining, microseconds to wait.
    // %.0f: Lua would write a number of 16 digits with an exponent.
    private static readonly RedisScript Take = new(
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2]
        local interval = tonumber(ARGV[1])
        local whole = interval * tonumber(ARGV[2])
        local arrival = tonumber(redis.call('GET', KEYS[1]) or now)
        local ahead = math.min(math.max(arrival - now, 0), whole) + interval
        if ahead > whole then
          return {0, 0, ahead - whole}
        end
        redis.call('SET', KEYS[1], string.format('%.0f', now + ahead), 'PX', math.ceil(ahead / 1000))
        return {1, math.floor((whole - ahead) / interval), 0}
        """);

    private readonly RedisOutage _outage = new("limits", meters, time, logger);
    private readonly InProcessRateLimiter _alone = new(time);

    public async ValueTask<RateDecision> TakeAsync(string key, RateLimit limit, CancellationToken cancellationToken)
    {
        var interval = Gcra.Interval(limit, 1_000_000);
        var (answered, decision) = await _outage.TryAsync(async () =>
        {
            var result = await redis.EvaluateAsync(Take, [$"{redis.Prefix}:limit:{key}"], [interval, limit.Permits]);
            var numbers = (long[])result!;
            return new RateDecision(numbers[0] == 1, (int)numbers[1], TimeSpan.FromMicroseconds(numbers[2]));
        });
        return answered ? decision : await _alone.TakeAsync(key, limit, cancellationToken);
    }
}
