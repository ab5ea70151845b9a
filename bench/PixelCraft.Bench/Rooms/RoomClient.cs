using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using MessagePack;

namespace PixelCraft.Bench.Rooms;

/// <summary>A participant.</summary>
internal abstract class RoomClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private byte[] _buffer = new byte[256];
    private int[] _ages = [];
    private int _y;

    public long Bytes { get; private set; }

    public long Messages { get; private set; }

    public static RoomClient Create(string kind) => kind == "pixelcraft" ? new PixelCraftRoomClient() : new SocketIoRoomClient();

    /// <summary>Connects, maybe from another address of this machine than the usual one, and takes in what comes.</summary>
    public async Task ConnectAsync(Uri url, string? from = null)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        if (from is not null) handler.ConnectCallback = (context, cancellationToken) => ConnectFromAsync(IPAddress.Parse(from), context.DnsEndPoint, cancellationToken);
        using var http = new HttpMessageInvoker(handler, disposeHandler: false);
        await _socket.ConnectAsync(Address(url), http, CancellationToken.None);
        await GreetAsync();
        if (from is not null) _ = ReceiveAsync();
    }

    public async Task EnterAsync(string room, string name)
    {
        await JoinAsync(room, name);
        _ = ReceiveAsync();
    }

    public Task MoveAsync()
    {
        _y = (_y + 1) % 60_000;
        return SendAsync(Move(RoomLoad.Now, _y));
    }

    /// <summary>Says that it lives, where it is for the client to say so.</summary>
    public virtual void Ping()
    {
    }

    public void Dispose() => _socket.Dispose();

    public void Reset() => (Bytes, Messages, _ages) = (0, 0, new int[60_000]);

    public void AddAges(int[] to)
    {
        for (var i = 0; i < to.Length; i++) to[i] += _ages[i];
    }

    protected abstract WebSocketMessageType Kind { get; }

    protected abstract Uri Address(Uri url);

    /// <summary>What comes before the first message.</summary>
    protected abstract Task GreetAsync();

    protected abstract Task JoinAsync(string room, string name);

    protected abstract ReadOnlyMemory<byte> Move(int x, int y);

    /// <summary>Counts what a message tells.</summary>
    protected abstract void Take(ReadOnlyMemory<byte> message);

    /// <summary>Counts somebody's move.</summary>
    protected void Saw(int x)
    {
        if (_ages.Length > 0) _ages[(RoomLoad.Now - x + 60_000) % 60_000]++;
    }

    protected async Task SendAsync(ReadOnlyMemory<byte> message) => await _socket.SendAsync(message, Kind, endOfMessage: true, CancellationToken.None);

    protected async Task<ReadOnlyMemory<byte>> NextAsync()
    {
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException($"The server closed a connection: {_socket.CloseStatusDescription}");
            length += part.Count;
            if (part.EndOfMessage) return _buffer.AsMemory(0, length);
            // The load has as many buffers as connections, most of which get little.
            if (length == _buffer.Length) Array.Resize(ref _buffer, length * 4);
        }
    }

    private static async ValueTask<Stream> ConnectFromAsync(IPAddress from, DnsEndPoint to, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(to, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var message = await NextAsync();
                Bytes += message.Length;
                Messages++;
                Take(message);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or InvalidOperationException)
        {
            if (RoomLoad.HasEnded) return;
            // With one participant less the figures would be others.
            await Console.Error.WriteLineAsync(exception.Message);
            Environment.Exit(1);
        }
    }
}

/// <summary>By docs/live-protocol.md.</summary>
internal sealed class PixelCraftRoomClient : RoomClient
{
    private static readonly byte[] PingMessage = [2, 0x91, 6];

    private readonly ArrayBufferWriter<byte> _writer = new(128);
    private int _room;
    private int _you;

    protected override WebSocketMessageType Kind => WebSocketMessageType.Binary;

    protected override Uri Address(Uri url) => new UriBuilder(url) { Scheme = "ws", Path = "/live" }.Uri;

    public override void Ping() => _ = SendAsync(PingMessage);

    protected override async Task GreetAsync()
    {
        await SendAsync("{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8.ToArray());
        await NextAsync();
    }

    protected override async Task JoinAsync(string room, string name)
    {
        await SendAsync(Call("1", "Join", 4, (ref MessagePackWriter writer) =>
        {
            writer.Write(room);
            writer.Write(Guid.NewGuid().ToByteArray());
            writer.Write(1);
            writer.Write(name);
        }));
        while (true)
        {
            // [3, headers, id, kind, [code, you, whole]]
            foreach (var message in Split(await NextAsync()))
            {
                var reader = new MessagePackReader(message);
                reader.ReadArrayHeader();
                if (reader.ReadInt32() != 3) continue;
                reader.Skip();
                reader.Skip();
                if (reader.ReadInt32() != 3) throw new InvalidOperationException(reader.ReadString());
                reader.ReadArrayHeader();
                if (reader.ReadString() is var code && code != "ok") throw new InvalidOperationException($"Join: {code}");
                _you = reader.ReadInt32();
                reader.ReadArrayHeader();
                _room = reader.ReadInt32();
                await SendAsync(Call(null, "Begin", 1, (ref MessagePackWriter writer) => writer.Write(_room)));
                return;
            }
        }
    }

    protected override ReadOnlyMemory<byte> Move(int x, int y) => Call(null, "Move", 3, (ref MessagePackWriter writer) =>
    {
        writer.Write(_room);
        writer.Write(x);
        writer.Write(y);
    });

    protected override void Take(ReadOnlyMemory<byte> message)
    {
        foreach (var one in Split(message))
        {
            // [1, headers, id, "frame", [[room, cursors, participants, left]]]
            var reader = new MessagePackReader(one);
            reader.ReadArrayHeader();
            if (reader.ReadInt32() != 1) continue;
            reader.Skip();
            reader.Skip();
            if (reader.ReadString() != "frame") continue;
            reader.ReadArrayHeader();
            reader.ReadArrayHeader();
            reader.Skip();
            var cursors = reader.ReadArrayHeader() / 3;
            for (var i = 0; i < cursors; i++)
            {
                var (number, x, _) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
                if (number != _you) Saw(x);
            }
        }
    }

    /// <summary>Each is preceded by its length, seven bits in a byte: https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> messages)
    {
        while (messages.Length > 0)
        {
            var (length, bytes) = (0, 0);
            do length |= (messages.Span[bytes] & 0x7f) << (7 * bytes);
            while ((messages.Span[bytes++] & 0x80) != 0);
            yield return messages.Slice(bytes, length);
            messages = messages[(bytes + length)..];
        }
    }

    private ReadOnlyMemory<byte> Call(string? id, string method, int arguments, Arguments write)
    {
        _writer.ResetWrittenCount();
        _writer.GetSpan(1)[0] = 0; // the length comes here
        _writer.Advance(1);
        var writer = new MessagePackWriter(_writer);
        writer.WriteArrayHeader(6);
        writer.Write(1);
        writer.WriteMapHeader(0);
        writer.Write(id);
        writer.Write(method);
        writer.WriteArrayHeader(arguments);
        write(ref writer);
        writer.WriteArrayHeader(0);
        writer.Flush();
        var message = _writer.WrittenMemory.ToArray();
        message[0] = checked((byte)(message.Length - 1));
        return message.Length <= 128 ? message : throw new InvalidOperationException("Longer than one byte can say.");
    }

    private delegate void Arguments(ref MessagePackWriter writer);
}

/// <summary>By Socket.IO's protocol, version 5 on Engine.IO 4, as far as bench/peer/live.js needs it: https://socket.io/docs/v4/socket-io-protocol/</summary>
internal sealed class SocketIoRoomClient : RoomClient
{
    private static readonly byte[] Mark = "\"x\":"u8.ToArray();

    protected override WebSocketMessageType Kind => WebSocketMessageType.Text;

    protected override Uri Address(Uri url) => new UriBuilder(url) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" }.Uri;

    protected override async Task GreetAsync()
    {
        await NextAsync(); // 0{…}: open
        await SendAsync("40"u8.ToArray());
        await NextAsync(); // 40{…}: connected
    }

    protected override async Task JoinAsync(string room, string name)
    {
        await SendAsync(Encoding.UTF8.GetBytes($"421[\"join\",\"{room}\"]"));
        while (!Encoding.UTF8.GetString((await NextAsync()).Span).StartsWith("431", StringComparison.Ordinal))
        {
            // Somebody has moved already.
        }
    }

    protected override ReadOnlyMemory<byte> Move(int x, int y) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"42[\"move\",{x},{y}]"));

    protected override void Take(ReadOnlyMemory<byte> message)
    {
        var text = message.Span;
        if (text is [(byte)'2'])
        {
            _ = SendAsync("3"u8.ToArray());
            return;
        }

        while (text.IndexOf(Mark) is var place and >= 0)
        {
            text = text[(place + Mark.Length)..];
            var x = 0;
            while (text[0] is >= (byte)'0' and <= (byte)'9')
            {
                x = (x * 10) + text[0] - '0';
                text = text[1..];
            }

            Saw(x);
        }
    }
}
