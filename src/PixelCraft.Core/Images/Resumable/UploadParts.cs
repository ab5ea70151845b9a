using PixelCraft.Ids;
using PixelCraft.Storage;

namespace PixelCraft.Images.Resumable;

/// <summary>
/// The bytes of resumable uploads, as objects of the store: <c>uploads/{id}/{offset}</c>, each beginning where the one before
/// ends. An object is durable before it is counted, so that what the store holds, followed from the beginning, is how far
/// the upload is, for every server. A part ends at 8 MB or after 10 seconds: that much is lost with a server that dies.
/// </summary>
internal sealed class UploadParts(IObjectStore store, TimeProvider time)
{
    internal const long PartBytes = 8_000_000;
    private static readonly TimeSpan PartTime = TimeSpan.FromSeconds(10);

    /// <summary>How many bytes there are.</summary>
    /// <param name="upload">Whose.</param>
    /// <param name="from">Known to be there, as the end of a part.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<long> FindEndAsync(Id upload, long from, CancellationToken cancellationToken)
    {
        while (await store.FindAsync(Key(upload, from), cancellationToken) is { } part) from += part.Length;
        return from;
    }

    /// <summary>
    /// Appends what <paramref name="content"/> yields. When reading it throws (the client is gone), what came before stays, and the
    /// exception is thrown once that is durable.
    /// </summary>
    /// <param name="upload">Whose.</param>
    /// <param name="offset">Where it begins: the end of what is there.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="whole">All or nothing: when reading throws, nothing is appended.</param>
    /// <param name="appended">Told the new end, each time that it has moved.</param>
    /// <param name="cancellationToken">Ends everything; what is not durable by then is not appended.</param>
    public async Task AppendAsync(
        Id upload, long offset, Stream content, bool whole, Action<long> appended, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var part = new PartStream(content, whole ? long.MaxValue : PartBytes, whole ? TimeSpan.MaxValue : PartTime, time, keep: !whole, cancellationToken);
            // An empty object would make an endless chain.
            if (await part.BeginAsync())
            {
                var stored = await store.PutAsync(Key(upload, offset), part, "application/octet-stream", cancellationToken);
                offset += stored.Length;
                appended(offset);
            }
            part.ThrowIfBroken();
            if (part.IsEnd) return;
        }
    }

    /// <summary>The bytes from the first on; reading throws <see cref="EndOfStreamException"/> where a part is missing before <paramref name="length"/>.</summary>
    public Stream Open(Id upload, long length) => new PartsReader(store, upload, length);

    /// <summary>Removes all parts, the last one first: what an interruption leaves can still be followed.</summary>
    public async Task DeleteAsync(Id upload, CancellationToken cancellationToken)
    {
        var starts = new Stack<long>();
        for (long offset = 0; await store.FindAsync(Key(upload, offset), cancellationToken) is { } part; offset += part.Length) starts.Push(offset);
        while (starts.TryPop(out var offset)) await store.DeleteAsync(Key(upload, offset), cancellationToken);
    }

    internal static string Key(Id upload, long offset) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"uploads/{upload}/{offset}");
}
