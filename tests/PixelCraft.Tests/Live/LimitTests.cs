using System.Net;
using System.Net.WebSockets;
using System.Text;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>Who sends more than a connection may is told, and put out; the others notice nothing.</summary>
public sealed class LimitTests(EmbeddedLiveInstallation installation) : IClassFixture<EmbeddedLiveInstallation>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_OfOneMessage_TooMany()
    {
        await using var client = await LiveClient.ConnectAsync(installation.One);
        // As long as it may be: the limit counts the message whole, its method and arguments too.
        await client.SendAsync("Nothing", new string('x', 2_000));
        Assert.Equal("not-found", await client.JoinAsync("x", "Grace"));

        await client.SendAsync("Nothing", new string('x', 2_048));

        await EndsAsync(client, "too-many-bytes");
    }

    [Fact]
    public async Task Bytes_InASecond_TooMany_WhateverTheyAre()
    {
        // No method of this name: it is not one of the messages that are counted.
        await using var client = await LiveClient.ConnectAsync(installation.One);

        for (var i = 0; i < 40; i++) await client.SendAsync("Nothing", new string('x', 1_000));

        await EndsAsync(client, "too-many-bytes");
    }

    [Fact]
    public async Task Bytes_OfAMessageThatNeverEnds_AreNotGathered()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(installation.One) { Scheme = "ws", Path = "/live" }.Uri, Cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"messagepack","version":1}""" + "\u001e"), WebSocketMessageType.Binary, true, Cancel);
        var buffer = new byte[4_000];
        await socket.ReceiveAsync(buffer, Cancel); // the answer to the handshake

        // 2 GB shall follow.
        await socket.SendAsync(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x07, 0x96 }, WebSocketMessageType.Binary, true, Cancel);

        var received = new StringBuilder();
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        soon.CancelAfter(TimeSpan.FromSeconds(20));
        while (await socket.ReceiveAsync(buffer, soon.Token) is { MessageType: not WebSocketMessageType.Close } part) received.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
        Assert.Contains("too-many-bytes", received.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_InASecond_TooMany_AlsoOfMethodsThatThereAreNot()
    {
        await using var client = await LiveClient.ConnectAsync(installation.One);

        for (var i = 0; i < 200; i++) await client.SendAsync("Nothing", i);

        await EndsAsync(client, "too-many-messages");
    }

    [Fact]
    public async Task Joins_InAMinute_TooMany()
    {
        await using var client = await LiveClient.ConnectAsync(installation.One);
        for (var i = 0; i < 30; i++) Assert.Equal("not-found", await client.JoinAsync("x", "Grace"));

        await Assert.ThrowsAnyAsync<Exception>(() => client.JoinAsync("x", "Grace"));

        await EndsAsync(client, "too-many-joins");
    }

    [Fact]
    public async Task Rooms_AtATime_TooMany()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var images = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => installation.PublicImageAsync(ada)));
        await using var watcher = await LiveClient.ConnectAsync(installation.Other);
        await watcher.JoinAsync(images[0], "watcher");
        await using var client = await LiveClient.ConnectAsync(installation.One);
        for (var i = 0; i < 4; i++) Assert.Equal("ok", await client.JoinAsync(images[i], "Grace"));
        // A room that was left does not count.
        await client.LeaveAsync();
        Assert.Equal("ok", await client.JoinAsync(images[4], "Grace"));

        await Assert.ThrowsAnyAsync<Exception>(() => client.JoinAsync(images[5], "Grace"));

        await EndsAsync(client, "too-many-rooms");
        await Eventually.TrueAsync(() => watcher.Names.SequenceEqual(["watcher"]));
        Assert.Empty(watcher.Ends);
    }

    [Fact]
    public async Task Connections_TooMany_AreRefusedBeforeTheyAreOnes()
    {
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Live:Connections"] = "1" }, Cancel);
        await using var first = await LiveClient.ConnectAsync(new Uri(server.Url));

        using var second = new ClientWebSocket();
        second.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(new UriBuilder(server.Url) { Scheme = "ws", Path = "/live" }.Uri, Cancel));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.HttpStatusCode);

        await first.DisposeAsync();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await using var third = await LiveClient.ConnectAsync(new Uri(server.Url));
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
    }

    private static async Task EndsAsync(LiveClient client, string reason)
    {
        await client.Closed.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal([reason], client.Ends);
    }
}
