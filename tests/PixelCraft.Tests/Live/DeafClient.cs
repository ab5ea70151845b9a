using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using MessagePack;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>A participant that asks for frames and reads none of them.</summary>
internal sealed class DeafClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Enters a room.</summary>
    public static async Task<DeafClient> JoinAsync(Uri url, string image, string name)
    {
        var client = new DeafClient();
        await client._socket.ConnectAsync(new UriBuilder(url) { Scheme = "ws", Path = "/live" }.Uri, Cancel);
        await client.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"messagepack","version":1}""" + "\u001e"));
        await client.SendAsync(Call("Join", 4, (ref MessagePackWriter writer) =>
        {
            writer.Write(image);
            writer.Write(Guid.NewGuid().ToByteArray());
            writer.Write(1);
            writer.Write(name);
        }));
        // Rooms are numbered from 1; it may be any of the first.
        for (var room = 1; room <= 50; room++) await client.SendAsync(Call("Begin", 1, (ref MessagePackWriter writer) => writer.Write(room)));
        return client;
    }

    /// <summary>As when the machine is switched off: nothing is said.</summary>
    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();

    private static byte[] Call(string method, int count, Arguments arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(6);
        writer.Write(1);
        writer.WriteMapHeader(0);
        writer.WriteNil();
        writer.Write(method);
        writer.WriteArrayHeader(count);
        arguments(ref writer);
        writer.WriteArrayHeader(0);
        writer.Flush();
        Assert.InRange(buffer.WrittenCount, 1, 127); // the length before it is one byte
        return [(byte)buffer.WrittenCount, .. buffer.WrittenSpan];
    }

    private Task SendAsync(byte[] message) => _socket.SendAsync(message, WebSocketMessageType.Binary, true, Cancel);

    private delegate void Arguments(ref MessagePackWriter writer);
}
