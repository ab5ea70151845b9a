using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Images;

/// <summary>
/// Remembers what was answered to requests with an <c>Idempotency-Key</c>, so that one sent again gets the same answer, from
/// whichever server and after a restart. Keys are a member's own. Failures are <see cref="UnavailableException"/> and
/// <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface IIdempotencyStore
{
    /// <summary>Claims a key for one request.</summary>
    /// <param name="owner">Who sends the request.</param>
    /// <param name="key">1 to 255 characters.</param>
    /// <param name="now">The present, UTC: what ran out by then is as if it weren't there.</param>
    /// <param name="until">When the claim ends if neither of the methods below is called: the server died.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<KeyClaim> ClaimAsync(Id owner, string key, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Keeps the answer under a key until <paramref name="until"/>; does nothing when the claim has been lost.</summary>
    Task KeepAsync(Id owner, string key, Guid claim, KeptAnswer answer, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Frees a key whose request came to nothing; does nothing when the claim has been lost.</summary>
    Task FreeAsync(Id owner, string key, Guid claim, CancellationToken cancellationToken);

    /// <summary>Removes what ran out by <paramref name="now"/>; returns how many, at most <paramref name="limit"/>.</summary>
    Task<int> RemoveExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);
}

/// <summary>What became of claiming a key.</summary>
/// <param name="Outcome">Which of the three.</param>
/// <param name="Claim">What to name when keeping or freeing; only when claimed.</param>
/// <param name="Answer">What was answered; only when answered.</param>
public readonly record struct KeyClaim(KeyOutcome Outcome, Guid Claim, KeptAnswer? Answer);

/// <summary>Whose turn it is.</summary>
public enum KeyOutcome
{
    /// <summary>This request's.</summary>
    Claimed,

    /// <summary>Another request with this key is under way.</summary>
    InProgress,

    /// <summary>A request with this key was answered.</summary>
    Answered,
}

/// <summary>An answer that is kept.</summary>
/// <param name="Fingerprint">Of what the request asked for; at most 64 characters.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Location">The header; null for none.</param>
/// <param name="Body">The JSON.</param>
public sealed record KeptAnswer(string Fingerprint, int Status, string? Location, string Body);
