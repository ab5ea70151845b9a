using PixelCraft.Http;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Resumable;

/// <summary>A stream of so many bytes at most: at one more, reading throws <see cref="UploadRefusedException"/>.</summary>
internal sealed class LimitedStream(Stream inner, long length) : ReadOnlyStream
{
    private long _left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        // One more than there may be, so that it shows.
        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left + 1)], cancellationToken);
        if (read > _left) throw new UploadRefusedException(Problems.TooLarge, "The body goes beyond the end of the upload.");
        _left -= read;
        return read;
    }
}
