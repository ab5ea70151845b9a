using PixelCraft.Consistency;

namespace PixelCraft.Caching;

/// <summary>
/// A shared cache of small values. A cache that is away is a cache that is empty: calls then miss or do nothing, and
/// the adapter counts it in a metric; they never throw for it.
/// Keys are made by the program: at most 200 characters of lower-case letters, digits, '-' and ':'.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Copies of records in the cache", "It counts as empty and the databases are asked; what hides an image waits up to 10 s, until nobody can have an old copy.")]
public interface ICache
{
    /// <summary>The value under a key; null when there is none or it has expired.</summary>
    ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a value over what is there: for the writer who has just changed the truth. False when the cache was away: then an old
    /// value may still be there, and be read by others, until its lifetime is over.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">At most 64 KB.</param>
    /// <param name="lifetime">Until it expires; more than zero.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<bool> SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a value only where there is none: for the reader who has just read the truth, whose copy must not
    /// displace that of a writer who came in between. False when there was one.
    /// </summary>
    ValueTask<bool> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Removes a value; no error where there is none. False when the cache was away, as <see cref="SetAsync"/>.</summary>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken);
}
