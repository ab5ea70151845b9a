using PixelCraft.Consistency;

namespace PixelCraft.Limits;

/// <summary>
/// Counts what a key (a member, an address) does, exactly, across all servers that share the store.
/// The call never throws for a shared store that is away.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Rate limits", "Each server limits by itself.")]
public interface IRateLimiter
{
    /// <summary>Takes one permit from the allowance of <paramref name="key"/>, if there is one.</summary>
    /// <param name="key">At most 200 characters of lower-case letters, digits, '-', '.' and ':'.</param>
    /// <param name="limit">The allowance; the same for every call with that key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<RateDecision> TakeAsync(string key, RateLimit limit, CancellationToken cancellationToken);
}

/// <summary>
/// An allowance of <paramref name="Permits"/> at once that refills evenly over <paramref name="Window"/>: the generic cell
/// rate algorithm (ITU-T I.371), which needs one stored time per key and has no edge between windows.
/// </summary>
/// <param name="Permits">1 or more.</param>
/// <param name="Window">More than zero.</param>
public readonly record struct RateLimit(int Permits, TimeSpan Window);

/// <summary>The answer of a rate limiter.</summary>
/// <param name="Allowed">Whether the permit was given.</param>
/// <param name="Remaining">Permits left now.</param>
/// <param name="RetryAfter">When refused: how long until one is there. Zero when allowed.</param>
public readonly record struct RateDecision(bool Allowed, int Remaining, TimeSpan RetryAfter);
