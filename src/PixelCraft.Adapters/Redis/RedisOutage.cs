using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// For those who can do without Redis: after a failure they don't ask again for a second, so that a Redis that hangs costs
/// one timeout a second and not one per request. Counts every call that did without, and logs when that begins and ends.
/// </summary>
internal sealed class RedisOutage(string user, IMeterFactory meters, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Counter<long> _without = meters.Create("PixelCraft").CreateCounter<long>(
        "pixelcraft.redis.without", "{call}", "Calls that did without Redis because it was away, by user.");

    private readonly Lock _lock = new();
    private bool _away;
    private long _failedAt;

    /// <summary>Does something with Redis; the default of <typeparamref name="T"/> and false when it is away.</summary>
    public async ValueTask<(bool Answered, T? Value)> TryAsync<T>(Func<Task<T>> call)
    {
        if (!MayAsk())
        {
            Count();
            return default;
        }

        try
        {
            var value = await call();
            Back();
            return (true, value);
        }
        catch (Exception exception) when (RedisConnection.IsAway(exception))
        {
            Failed(exception);
            Count();
            return default;
        }
    }

    private bool MayAsk()
    {
        if (!Volatile.Read(ref _away))
            return true;
        lock (_lock)
        {
            if (time.GetElapsedTime(_failedAt) < Pause)
                return false;

            // This caller asks; the others go on without until it has an answer.
            _failedAt = time.GetTimestamp();
            return true;
        }
    }

    private void Failed(Exception exception)
    {
        lock (_lock)
        {
            _failedAt = time.GetTimestamp();
            if (_away)
                return;
            _away = true;
        }

        logger.LogWarning(exception, "Redis is not available; {User} goes on without it.", user);
    }

    private void Back()
    {
        if (!Volatile.Read(ref _away))
            return;
        lock (_lock)
        {
            if (!_away)
                return;
            _away = false;
        }

        logger.LogInformation("Redis is back for {User}.", user);
    }

    private void Count() => _without.Add(1, new KeyValuePair<string, object?>("user", user));
}
