using PixelCraft.Limits;

namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// Limits in the memory of this process. A key whose allowance is whole again is as good as unknown and leaves at the next
/// sweep; sweeps come whenever the number of keys has doubled, so each costs little per key. Where
/// <see cref="MaxKeys"/> are limited at once, those who used least are forgotten first.
/// </summary>
internal sealed class InProcessRateLimiter(TimeProvider time) : IRateLimiter
{
    /// <summary>Keys at most, about 20 MB.</summary>
    internal const int MaxKeys = 100_000;

    private const int FirstSweep = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _arrivals = [];
    private readonly long _started = time.GetTimestamp();
    private int _sweepAt = FirstSweep;

    /// <summary>Keys held now.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _arrivals.Count;
        }
    }

    public ValueTask<RateDecision> TakeAsync(string key, RateLimit limit, CancellationToken cancellationToken)
    {
        var now = time.GetElapsedTime(_started).Ticks;
        lock (_lock)
        {
            var arrival = _arrivals.GetValueOrDefault(key);
            var decision = Gcra.Take(ref arrival, now, limit);
            if (decision.Allowed)
            {
                _arrivals[key] = arrival;
                if (_arrivals.Count >= _sweepAt)
                    Sweep(now);
            }

            return ValueTask.FromResult(decision);
        }
    }

    private void Sweep(long now)
    {
        foreach (var (key, arrival) in _arrivals)
        {
            if (arrival <= now)
                _arrivals.Remove(key);
        }

        if (_arrivals.Count >= MaxKeys)
        {
            foreach (var (key, _) in _arrivals.OrderBy(entry => entry.Value).Take(MaxKeys / 8).ToList())
                _arrivals.Remove(key);
        }

        _sweepAt = Math.Clamp(_arrivals.Count * 2, FirstSweep, MaxKeys);
    }
}
