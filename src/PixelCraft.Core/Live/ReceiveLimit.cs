using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// Ends a connection that sends more than it may: messages or bytes in a second, or bytes in one message. It is told first. What comes in is counted before the
/// framework reads it, since calls of methods that there are not, pings and half messages reach no filter of the hub; and a filter costs more.
/// </summary>
internal sealed class ReceiveLimit(ConnectionContext connection, PipeReader input, LiveConnections connections, LiveOptions options, TimeProvider time) : PipeReader
{
    private readonly Allowance _messages = new(options.MessagesPerSecond, time);
    private readonly Allowance _bytes = new(options.BytesPerSecond, time);
    private ReadOnlySequence<byte> _buffer;
    private bool _hasShakenHands;
    private bool _isOver;

    /// <summary>Puts it before the hub.</summary>
    public static void Use(IConnectionBuilder builder)
    {
        var services = builder.ApplicationServices;
        var connections = services.GetRequiredService<LiveConnections>();
        var options = services.GetRequiredService<IOptions<LiveOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        builder.Use(next => connection =>
        {
            connection.Transport = new Pipes(new ReceiveLimit(connection, connection.Transport.Input, connections, options, time), connection.Transport.Output);
            return next(connection);
        });
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_isOver) return await EndAsync("too-many-bytes");
        var result = await input.ReadAsync(cancellationToken);
        if (TooMuch(result.Buffer) is { } reason)
        {
            input.AdvanceTo(result.Buffer.End);
            return await EndAsync(reason);
        }

        _buffer = result.Buffer;
        return result;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var count = _buffer.Slice(0, consumed).Length;
        // What is read first is the handshake: text, with limits of its own.
        if (count > 0) _hasShakenHands = true;
        _isOver = !_bytes.TryTake(count);
        input.AdvanceTo(consumed, examined);
    }

    public override bool TryRead(out ReadResult result)
    {
        // The hub waits for what it reads.
        result = default;
        return false;
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);

    /// <summary>Tells, and waits for the end; what comes until then is not looked at.</summary>
    private async ValueTask<ReadResult> EndAsync(string reason)
    {
        await connections[connection.ConnectionId].EndAsync(reason);
        while (true)
        {
            var rest = await input.ReadAsync();
            if (rest.IsCompleted || rest.IsCanceled)
            {
                _buffer = rest.Buffer.Slice(rest.Buffer.End);
                return new ReadResult(_buffer, rest.IsCanceled, rest.IsCompleted);
            }

            input.AdvanceTo(rest.Buffer.End);
        }
    }

    /// <summary>
    /// Why the connection is to end; null when it isn't. What is there begins with a message, since the hub takes all that are whole; before each is its
    /// length, seven bits in a byte: https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
    /// </summary>
    private string? TooMuch(ReadOnlySequence<byte> buffer)
    {
        if (!_hasShakenHands) return null;
        var reader = new SequenceReader<byte>(buffer);
        while (true)
        {
            long length = 0;
            var shift = 0;
            byte part;
            do
            {
                if (!reader.TryRead(out part)) return null;
                length |= (long)(part & 0x7f) << shift;
                shift += 7;
            }
            while ((part & 0x80) != 0 && shift < 35);

            if (length > options.MessageBytes) return "too-many-bytes";
            if (reader.Remaining < length) return null;
            if (!_messages.TryTake(1)) return "too-many-messages";
            reader.Advance(length);
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
