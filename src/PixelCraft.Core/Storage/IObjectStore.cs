using PixelCraft.Consistency;

namespace PixelCraft.Storage;

/// <summary>
/// Where bytes live. Keys are made by the program, never by a user: lower-case letters, digits, '-', '.' and '/', at
/// most 200 characters, no empty, '.' or '..' segment; any other key throws <see cref="ArgumentException"/>.
/// Failures of the store are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// What was put is durable before the call returns, and seen by every reader from then on.
/// </summary>
[ConsistencyChoice(Choice.Cp, "Originals and variants", "Uploads are answered 503 until the object store can be reached; nothing half-made is visible.")]
public interface IObjectStore
{
    /// <summary>
    /// Stores what <paramref name="content"/> yields until its end, in memory bounded whatever its length. Replaces the
    /// object of that key in one step: a reader sees the old or the new one, never a part. When it throws, or when
    /// reading <paramref name="content"/> throws (that exception passes through), nothing has changed and nothing is left behind.
    /// </summary>
    /// <returns>What is stored now.</returns>
    Task<StoredObject> PutAsync(string key, Stream content, string contentType, CancellationToken cancellationToken);

    /// <summary>Opens an object, whole or in part; null where there is none. The caller disposes the reader.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="range">The bytes wanted, both ends within the object; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches past the object's end.</exception>
    Task<ObjectReader?> OpenAsync(string key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>What is stored under a key; null where there is nothing.</summary>
    Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes an object. Removing what is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The objects whose keys begin so, in no order, in pages as they are asked for. What is put or removed meanwhile may be
    /// among them or not. In a folder every entry is looked at: for sweeps, not for requests.
    /// </summary>
    IAsyncEnumerable<ListedObject> ListAsync(string prefix, CancellationToken cancellationToken);
}

/// <summary>What a list tells of an object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="ModifiedAt">When it was stored, UTC; to the second on some stores.</param>
public sealed record ListedObject(string Key, long Length, DateTimeOffset ModifiedAt);

/// <summary>What a store knows of an object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="ContentType">The media type it was stored with.</param>
/// <param name="ModifiedAt">When it was stored, UTC; to the second on some stores.</param>
public sealed record StoredObject(string Key, long Length, string ContentType, DateTimeOffset ModifiedAt);

/// <summary>A part of an object.</summary>
/// <param name="Offset">First byte, from 0.</param>
/// <param name="Length">How many bytes, from 1.</param>
public readonly record struct ByteRange(long Offset, long Length);

/// <summary>An open object: its description and the bytes asked for. Disposing it closes the stream.</summary>
/// <param name="info">The whole object, also when only a part was asked for.</param>
/// <param name="content">The bytes, read forward once.</param>
public sealed class ObjectReader(StoredObject info, Stream content) : IAsyncDisposable
{
    /// <summary>The whole object.</summary>
    public StoredObject Info { get; } = info;

    /// <summary>The bytes asked for; forward only.</summary>
    public Stream Content { get; } = content;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
