using System.Net.WebSockets;
using System.Text;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>Clients send rubbish, come from elsewhere, or vanish.</summary>
public sealed class LiveFaultTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rubbish_EndsItsConnection_AndNobodyElses()
    {
        var installation = new EmbeddedLiveInstallation(servers);
        await using var _ = installation;
        await installation.InitializeAsync();
        var image = await installation.PublicImageAsync();
        await using var watcher = await LiveClient.ConnectAsync(installation.One);
        await watcher.JoinAsync(image, "watcher");

        // All at once: each waits for its end.
        await Parallel.ForAsync(0, 50, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new UriBuilder(installation.One) { Scheme = "ws", Path = "/live" }.Uri, Cancel);
            var bytes = new byte[Random.Shared.Next(2, 4_000)];
            Random.Shared.NextBytes(bytes);
            if (i % 2 == 0)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"messagepack","version":1}""" + "\u001e"), WebSocketMessageType.Binary, true, Cancel);
                // A message of one byte that is no array, so that nothing can be taken for the beginning of a longer one.
                (bytes[0], bytes[1]) = (1, 0xc1);
            }
            else
            {
                bytes[^1] = 0x1e; // the end of what should be a handshake
            }
            try
            {
                for (var n = 0; n < 5; n++) await socket.SendAsync(bytes, WebSocketMessageType.Binary, true, Cancel);
                var buffer = new byte[4_000];
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                patience.CancelAfter(TimeSpan.FromSeconds(30));
                while (socket.State == WebSocketState.Open) await socket.ReceiveAsync(buffer, patience.Token);
            }
            catch (WebSocketException)
            {
                // Ended without a farewell, while we were sending or listening.
            }
            Assert.NotEqual(WebSocketState.Open, socket.State);
        });

        await using var other = await LiveClient.ConnectAsync(installation.One);
        Assert.Equal("ok", await other.JoinAsync(image, "other"));
        await other.MoveAsync(5, 6);
        await Eventually.TrueAsync(() => watcher.CursorOf("other") is { X: 5, Y: 6 });
        // Methods that there are not, arguments that don't fit: an answer, and the connection goes on.
        await other.SendAsync("Nothing", 1);
        await other.SendAsync("Move", "x");
        await other.SendAsync("Move", other.Room, 70_000, -5);
        await other.SendAsync("Begin", 123_456);
        await other.MoveAsync(7, 8);
        await Eventually.TrueAsync(() => watcher.CursorOf("other") is { X: 7, Y: 8 });
    }

    [Fact]
    public async Task Connect_WithAnotherProtocolThanTheRooms_IsRefused()
    {
        await using var installation = new EmbeddedLiveInstallation(servers);
        await installation.InitializeAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(installation.One) { Scheme = "ws", Path = "/live" }.Uri, Cancel);

        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"json","version":1}""" + "\u001e"), WebSocketMessageType.Text, true, Cancel);

        var buffer = new byte[4_000];
        var answer = await socket.ReceiveAsync(buffer, Cancel);
        Assert.Contains("'json' is not supported", Encoding.UTF8.GetString(buffer, 0, answer.Count), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_FromAPageOfAnotherSite_IsRefused()
    {
        await using var installation = new EmbeddedLiveInstallation(servers);
        await installation.InitializeAsync();
        var url = new UriBuilder(installation.One) { Scheme = "ws", Path = "/live" }.Uri;

        foreach (var (origin, expected) in new[] { ("https://evil.example", false), ("null", false), (installation.One.GetLeftPart(UriPartial.Authority), true) })
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Origin", origin);
            if (expected) await socket.ConnectAsync(url, Cancel);
            else await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(url, Cancel));
        }
    }
}
