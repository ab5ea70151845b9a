using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace PixelCraft.Live;

/// <summary>What a client sends, as it comes. For one reader, who looks at all that there is before asking for more.</summary>
/// <param name="socket">Where it comes from.</param>
/// <param name="giveUp">Ends the socket, soon; a receive can't be cancelled without it.</param>
internal sealed class LiveSocketReader(WebSocket socket, Action giveUp) : PipeReader
{
    /// <summary>Holds several messages of nearly every client; all that an idle connection keeps.</summary>
    private const int Usual = 512;

    /// <summary>More than the hub's longest message.</summary>
    private const int Most = 256 * 1024;

    private byte[] _buffer = new byte[Usual];
    private ReadOnlySequence<byte> _given;
    private int _start;
    private int _end;
    private bool _hasMore;
    private bool _isCompleted;
    private volatile bool _isCancelled;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_hasMore || _isCompleted || _isCancelled) return Result();
        MakeRoom();
        try
        {
            // Cancelling a receive would abort the socket, over which the reason has still to be told.
            var receive = socket.ReceiveAsync(_buffer.AsMemory(_end), CancellationToken.None);
            var received = cancellationToken.CanBeCanceled && !receive.IsCompleted ? await receive.AsTask().WaitAsync(cancellationToken) : await receive;
            _end += received.Count;
            _isCompleted = received.MessageType is WebSocketMessageType.Close;
        }
        catch (Exception exception) when (LiveSocket.IsEnd(exception) && !cancellationToken.IsCancellationRequested)
        {
            // It was cut off, or aborted: there is no more, and nobody left to tell.
            _isCompleted = true;
        }

        return Result();
    }

    public override bool TryRead(out ReadResult result)
    {
        result = Result();
        return _hasMore || _isCompleted || _isCancelled;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _start += (int)_given.Slice(0, consumed).Length;
        _hasMore = !_given.Slice(examined).IsEmpty;
        if (_start < _end) return;
        _start = _end = 0;
        if (_buffer.Length > Usual) _buffer = new byte[Usual];
    }

    /// <summary>Gives the connection up: nobody cancels for another reason.</summary>
    public override void CancelPendingRead()
    {
        _isCancelled = true;
        giveUp();
    }

    public override void Complete(Exception? exception = null) => _isCompleted = true;

    private ReadResult Result() => new(_given = new ReadOnlySequence<byte>(_buffer, _start, _end - _start), _isCancelled, _isCompleted);

    private void MakeRoom()
    {
        if (_end < _buffer.Length) return;
        var length = _end - _start;
        if (length >= Most) throw new InvalidDataException($"A message of more than {Most} bytes.");
        var larger = length > _buffer.Length / 2 ? new byte[_buffer.Length * 4] : _buffer;
        _buffer.AsSpan(_start, length).CopyTo(larger);
        (_buffer, _start, _end) = (larger, 0, length);
    }
}
