using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>What goes through a load balancer, and through an edge in front of it, as it comes: uploads and sockets.</summary>
public sealed partial class PassingThroughTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_ReachesTheServer_BeforeItIsComplete(bool throughEdge)
    {
        var received = 0;
        await using var server = await StubServer.StartAsync(async http =>
        {
            var buffer = new byte[100];
            while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is var count and > 0) Interlocked.Add(ref received, count);
            await http.Response.WriteAsync("all of it", http.RequestAborted);
        });
        await using var front = await Front.StartAsync(server.Url);
        await using var client = await RawClient.ConnectAsync(throughEdge ? front.Edge.Url : front.Balancer.Url);
        await client.SendAsync("POST /api/v1/images HTTP/1.1\r\nHost: front\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n");
        for (var part = 1; part <= 4; part++)
        {
            await client.SendAsync(new string('x', 100));
            await Eventually.TrueAsync(() => Volatile.Read(ref received) == 100 * part);
        }
        // Nor is it kept besides.
        foreach (var folder in new[] { front.Edge.Folder, front.Balancer.Folder })
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "temp-body"), "*", SearchOption.AllDirectories));
        await client.SendAsync(new string('x', 1_000_000 - 400));
        Assert.EndsWith("all of it", (await client.ReadToEndAsync()).TrimEnd('\r', '\n', '0'), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_PassesBothWays(bool throughEdge)
    {
        await using var server = await StubServer.StartAsync(async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync("pixelcraft");
            // Unasked, and then as an echo.
            await SendAsync(socket, http.Request.QueryString.Value!);
            while (await ReceiveAsync(socket) is { } text) await SendAsync(socket, text);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "goodbye", Cancellation);
        });
        await using var front = await Front.StartAsync(server.Url);
        var url = throughEdge ? front.Edge.Url : front.Balancer.Url;
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("pixelcraft");
        await client.ConnectAsync(new Uri($"ws://{url.Authority}/live?room=1"), Cancellation);
        Assert.Equal("pixelcraft", client.SubProtocol);
        Assert.Equal("?room=1", await ReceiveAsync(client));
        foreach (var text in new[] { "one", new string('x', 100_000), "two" })
        {
            await SendAsync(client, text);
            Assert.Equal(text, await ReceiveAsync(client));
        }
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        Assert.Equal("goodbye", client.CloseStatusDescription);
    }

    [Theory]
    [InlineData("balancer.conf.template")]
    [InlineData("edge.conf.template")]
    public async Task WebSocket_MayRestForLongerThanNginxLetsItByDefault(string template)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy/nginx", template), Cancellation);
        var seconds = LiveTimeout().Match(text).Groups[1].Value;
        // Rooms send something each 15 s; nginx' default is 60 s.
        Assert.InRange(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), 61, 600);
    }

    private static async Task SendAsync(WebSocket socket, string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Cancellation);

    /// <summary>A message; null when the other side closes.</summary>
    private static async Task<string?> ReceiveAsync(WebSocket socket)
    {
        var message = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, Cancellation);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return Encoding.UTF8.GetString(message.ToArray());
        }
    }

    [GeneratedRegex(@"location /live \{\s*proxy_read_timeout (\d+)s;")]
    private static partial Regex LiveTimeout();
}
