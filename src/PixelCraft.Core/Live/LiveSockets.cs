using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>Takes WebSockets in and runs the hub on each; gives all of them their beat; asks them to go when the server stops.</summary>
internal sealed class LiveSockets(IServiceProvider services, IOptions<LiveOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveSockets> logger) : BackgroundService
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

        // Before anything is spent on it.
        if (_all.Count >= options.Value.Connections || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            http.Response.Headers.RetryAfter = "1";
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        // The hub pings by itself.
        var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        await using var connection = new LiveSocket(socket, http, time);
        _all[connection.ConnectionId] = connection;
        try
        {
            // It may have come while the server began to stop.
            if (lifetime.ApplicationStopping.IsCancellationRequested) connection.GoAway();
            await _hub(connection);
        }
        catch (Exception exception) when (LiveSocket.IsEnd(exception) || exception is InvalidDataException)
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
            foreach (var (_, connection) in _all) connection.GoAway();
        });
        using var timer = new PeriodicTimer(BeatInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (_, connection) in _all) Beat(connection);
        }
    }

    private void Beat(LiveSocket connection)
    {
        try
        {
            connection.Beat();
        }
        catch (Exception exception)
        {
            // One that can't be looked after must not cost the others their pings.
            logger.LogError(exception, "A connection of a room is ended: its time-outs could not be looked at.");
            connection.Abort();
        }
    }

    private static ConnectionDelegate Hub(IServiceProvider services)
    {
        var builder = new ConnectionBuilder(services);
        ReceiveLimit.Use(builder);
        return builder.UseHub<LiveHub>().Build();
    }
}
