using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace PixelCraft.Live;

/// <summary>What a client is sent: each flush, or each write of what is there already, is one message. For one writer at a time.</summary>
internal sealed class LiveSocketWriter(WebSocket socket) : PipeWriter
{
    private const int Usual = 256;

    private byte[]? _buffer;
    private int _length;
    private bool _isCompleted;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public override void Advance(int bytes) => _length += bytes;

    /// <summary>Done when the server has room for the next, which is when the client has taken enough of what was sent before.</summary>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_buffer is not { } buffer) return new FlushResult(isCanceled: false, _isCompleted);
        var length = _length;
        (_buffer, _length) = (null, 0);
        try
        {
            return await SendAsync(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The same bytes go to many: they are copied into the socket's own buffer and no other.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_length == 0) return SendAsync(source);
        source.Span.CopyTo(GetSpan(source.Length));
        Advance(source.Length);
        return FlushAsync(cancellationToken);
    }

    /// <summary>Nothing: who gives a connection up cancels its pending read as well, which ends the socket and what is on its way in it.</summary>
    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
        _isCompleted = true;
        if (_buffer is not { } buffer) return;
        _buffer = null;
        ArrayPool<byte>.Shared.Return(buffer);
    }

    // Without a token: to be cancellable a send costs more, and cancelled it would end the socket without a word. Who gives the connection up ends it soon (LiveSocket).
    private async ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            if (!_isCompleted) await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception exception) when (LiveSocket.IsEnd(exception))
        {
            // The reader sees it too, and ends the hub.
            _isCompleted = true;
        }

        return new FlushResult(isCanceled: false, _isCompleted);
    }

    private void MakeRoom(int size)
    {
        size = Math.Max(size, 1);
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(size, Usual));
        }
        else if (_buffer.Length - _length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + size, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
