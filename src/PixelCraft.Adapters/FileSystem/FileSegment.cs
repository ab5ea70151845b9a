using Microsoft.Win32.SafeHandles;

namespace PixelCraft.Adapters.FileSystem;

/// <summary>Bytes of an open file from one position up to another, read without a buffer of its own.</summary>
/// <param name="file">The file.</param>
/// <param name="offset">Where it begins.</param>
/// <param name="length">How many bytes.</param>
/// <param name="ownsFile">Whether closing the stream closes the file.</param>
/// <param name="fault">Turns a failure to read into the exception to throw; null leaves it as it is.</param>
internal sealed class FileSegment(
    SafeFileHandle file, long offset, long length, bool ownsFile, Func<IOException, Exception>? fault = null) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var want = Want(buffer.Length);
        if (want == 0) return 0;
        try
        {
            return Advance(RandomAccess.Read(file, buffer[..want], offset + _position));
        }
        catch (IOException e) when (fault is not null)
        {
            throw fault(e);
        }
    }

    /// <summary>On this thread: Linux has no other way to read a file, and the framework would only move the wait to another pool thread.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && ownsFile) file.Dispose();
        base.Dispose(disposing);
    }

    private int Want(int room) => (int)Math.Clamp(length - _position, 0, room);

    /// <summary>The file can't be shorter than the segment: nobody changes a file once it is in place.</summary>
    private int Advance(int read)
    {
        if (read == 0) throw new EndOfStreamException("The file is shorter than it was when it was opened.");
        _position += read;
        return read;
    }
}
