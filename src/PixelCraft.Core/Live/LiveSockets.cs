using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;

namespace PixelCraft.Live;

/// <summary>Takes WebSockets in and runs the hub on each; gives all of them their beat; asks them to go when the server stops.</summary>
internal sealed class LiveSockets(IServiceProvider services, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, LiveSocket> _all = new();
    private readonly ConnectionDelegate _hub = Hub(services);

    /// <summary>Serves a request until its connection ends.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        // The hub pings by itself.
        var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        await using var connection = new LiveSocket(socket, http);
        _all[connection.ConnectionId] = connection;
        try
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) _ = connection.GoAwayAsync();
            await _hub(connection);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidDataException)
        {
            // Clients end as they like.
        }
        finally
        {
            _all.TryRemove(connection.ConnectionId, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var connection in _all.Values) _ = connection.GoAwayAsync();
        });
        using var timer = new PeriodicTimer(BeatInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (_, connection) in _all) connection.Beat();
        }
    }

    private static ConnectionDelegate Hub(IServiceProvider services)
    {
        var builder = new ConnectionBuilder(services);
        ReceiveLimit.Use(builder);
        return builder.UseHub<LiveHub>().Build();
    }
}
