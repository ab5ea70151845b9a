namespace PixelCraft.Limits;

/// <summary>
/// The generic cell rate algorithm (ITU-T I.371, "virtual scheduling"). All that is kept of a key is its theoretical
/// arrival time: when its allowance will be whole again. A permit moves it on by one interval; where that would be more
/// than the whole allowance ahead of now, the permit is refused.
/// </summary>
public static class Gcra
{
    /// <summary>The time one permit takes to come back, rounded up: rounded down there would be more permits than allowed.</summary>
    /// <param name="limit">The allowance.</param>
    /// <param name="unitsPerSecond">What the answer is counted in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The allowance isn't as <see cref="RateLimit"/> says.</exception>
    public static long Interval(RateLimit limit, long unitsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit.Permits, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit.Window, TimeSpan.Zero);
        return (long)Math.Ceiling((decimal)limit.Window.Ticks * unitsPerSecond / TimeSpan.TicksPerSecond / limit.Permits);
    }

    /// <summary>Takes a permit.</summary>
    /// <param name="arrival">The key's theoretical arrival time in ticks; moved on when the permit is given.</param>
    /// <param name="now">Now, in ticks of the same clock.</param>
    /// <param name="limit">The allowance.</param>
    public static RateDecision Take(ref long arrival, long now, RateLimit limit)
    {
        var interval = Interval(limit, TimeSpan.TicksPerSecond);
        var whole = interval * limit.Permits;

        // Not further ahead than the allowance: a limit that was made smaller must not lock a key out for longer than its window.
        var next = Math.Clamp(arrival, now, now + whole) + interval;
        if (next - now > whole)
            return new RateDecision(false, 0, new TimeSpan(next - now - whole));
        arrival = next;
        return new RateDecision(true, (int)((whole - (next - now)) / interval), TimeSpan.Zero);
    }
}
