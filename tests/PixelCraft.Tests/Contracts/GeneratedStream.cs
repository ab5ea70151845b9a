using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>A stream of any length that takes no memory; each byte follows from its position. Like a request's body it can't be sought.</summary>
public sealed class GeneratedStream(long length) : Stream
{
    private long _position;

    /// <summary>Where <see cref="Then"/> happens, once.</summary>
    public long At { get; init; } = -1;

    /// <summary>What happens there.</summary>
    public Action? Then { get; init; }

    /// <summary>What happens after each read, with the position.</summary>
    public Action<long>? Watch { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static byte ByteAt(long position) => (byte)(position ^ position >> 8 ^ position >> 16);

    /// <summary>Reads to the end, compares, and returns how many bytes there were.</summary>
    public static async Task<long> VerifyAsync(Stream stream, long from, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        long count = 0;
        while (await stream.ReadAsync(buffer, ct) is > 0 and var read)
        {
            for (var i = 0; i < read; i++)
                if (buffer[i] != ByteAt(from + count + i)) Assert.Fail($"Another byte at {from + count + i}.");
            count += read;
        }
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        if (Then is not null && At >= _position && At < _position + Math.Max(1, buffer.Length)) Then();
        var count = (int)Math.Min(buffer.Length, length - _position);
        for (var i = 0; i < count; i++) buffer[i] = ByteAt(_position + i);
        _position += count;
        Watch?.Invoke(_position);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
