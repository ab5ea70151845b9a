using System.Net;
using System.Net.WebSockets;
using System.Text;
using PixelCraft.Cluster;
using PixelCraft.Server;
using Xunit;

namespace PixelCraft.Tests.Commands;

/// <summary>How the built program ends when it is told to.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Stop_WithDelay_TurnsUnreadyAndServesMeanwhile()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["StopDelay"] = "00:00:04" }, cancel);
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        var stopping = server.StopAsync(cancel);

        await Eventually.GetAsync(() => StatusAsync("/health/ready"), status => status == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(4));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/"));
        Assert.Equal(0, await stopping);

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await client.GetAsync(path, cancel);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("all", 0)]
    [InlineData("worker", 0)]
    [InlineData("web", 5)]
    [InlineData("realtime", 5)]
    [InlineData("accounts", 5)]
    [InlineData("images", 5)]
    [InlineData("analytics", 5)]
    public void StopDelay_ThatNobodyConfigured_IsThereWhereBalancersSendRequests(string role, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Roles.StopDelay(role));

    [Fact]
    public async Task Stop_AsksTheClientsOfRoomsToGo()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), cancel);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Url) { Scheme = "ws", Path = "/live" }.Uri, cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"messagepack","version":1}""" + "\u001e"), WebSocketMessageType.Binary, true, cancel);
        var buffer = new byte[100];
        await socket.ReceiveAsync(buffer, cancel); // the answer to the handshake

        var stopping = server.StopAsync(cancel);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(TimeSpan.FromSeconds(20));
        while ((await socket.ReceiveAsync(buffer, soon.Token)).MessageType is not WebSocketMessageType.Close)
        {
            // A ping.
        }

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        Assert.Equal(0, await stopping);
    }
}
