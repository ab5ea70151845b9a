namespace PixelCraft.Images.Resumable;

/// <summary>Streams one after the other; disposes them.</summary>
internal sealed class ConcatenatedStream(IReadOnlyList<Stream> streams) : ReadOnlyStream
{
    private int _current;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (; _current < streams.Count && !buffer.IsEmpty; _current++)
            if (await streams[_current].ReadAsync(buffer, cancellationToken) is > 0 and var read) return read;
        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var stream in streams) await stream.DisposeAsync();
        await base.DisposeAsync();
    }
}
