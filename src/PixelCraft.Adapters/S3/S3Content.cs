using Amazon.S3.Model;

namespace PixelCraft.Adapters.S3;

/// <summary>The body of an answer: what breaks it becomes <see cref="UnavailableException"/>, a store that falls silent and a body that ends early too.</summary>
internal sealed class S3Content(GetObjectResponse response, long length, TimeSpan patience) : Stream
{
    private long _left = length;
    private CancellationTokenSource _limit = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.Length == 0) return 0;
        try
        {
            int read;
            _limit.CancelAfter(patience);
            await using (cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), _limit))
                read = await response.ResponseStream.ReadAsync(buffer, _limit.Token);
            if (!_limit.TryReset()) _limit = new CancellationTokenSource();
            if (read == 0) throw new EndOfStreamException($"{_left} bytes of the object are missing.");
            _left -= read;
            return read;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            _limit.Dispose();
        }
        base.Dispose(disposing);
    }
}
