using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections.Features;

namespace PixelCraft.Live;

/// <summary>
/// A WebSocket as the connection that a hub runs on. The framework's own transport has a pipe and a change of threads each way between socket and hub, and of what a
/// small message costs most is waking threads up. Here the hub reads from the socket and writes to it (decision 29).
/// </summary>
internal sealed class LiveSocket : DefaultConnectionContext, IDuplexPipe, IConnectionHeartbeatFeature, IHttpContextFeature
{
    private static readonly TimeSpan TimeToClose = TimeSpan.FromSeconds(5);

    /// <summary>For clients whom the hub gives up, most of which have vanished: they count as here until then.</summary>
    private static readonly TimeSpan TimeToGo = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<(Action<object> Action, object State)> _heartbeats = [];
    private readonly CancellationTokenSource _hubHasEnded = new();
    private Task? _ending;

    /// <param name="socket">Closed with this.</param>
    /// <param name="http">The request that it came by; it goes on as long.</param>
    /// <param name="time">The clock.</param>
    public LiveSocket(WebSocket socket, HttpContext http, TimeProvider time)
        : base(Guid.NewGuid().ToString("n"))
    {
        (_socket, _time) = (socket, time);
        HttpContext = http;
        Input = new LiveSocketReader(socket, () => End(WebSocketCloseStatus.NormalClosure, TimeToGo));
        Output = new LiveSocketWriter(socket);
        Transport = this;
        User = http.User;
        ConnectionClosed = http.RequestAborted;
        Features.Set<IConnectionHeartbeatFeature>(this);
        Features.Set<IHttpContextFeature>(this);
    }

    public HttpContext? HttpContext { get; set; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public void OnHeartbeat(Action<object> action, object state)
    {
        lock (_lock) _heartbeats.Add((action, state));
    }

    /// <summary>Once a second: by it the hub pings, and notices clients that have fallen silent.</summary>
    public void Beat()
    {
        lock (_lock)
        {
            foreach (var (action, state) in _heartbeats) action(state);
        }
    }

    /// <summary>Ends it at once.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _socket.Abort();
        HttpContext!.Abort();
    }

    /// <summary>Asks the client to go: it finds another server. Ends the connection when it doesn't.</summary>
    public void GoAway() => End(WebSocketCloseStatus.EndpointUnavailable, TimeToClose);

    /// <summary>Closes it, when it isn't closed yet, and waits for the client to do the same.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _hubHasEnded.CancelAsync();
        Task ending;
        lock (_lock) ending = _ending ??= Task.CompletedTask;
        await ending;
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived or WebSocketState.CloseSent)
        {
            using var timeout = new CancellationTokenSource(TimeToClose, _time);
            try
            {
                await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
            }
            catch (Exception exception) when (IsEnd(exception))
            {
                _socket.Abort();
            }
        }

        _socket.Dispose();
        _hubHasEnded.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Whether a fault of a socket says no more than that it has ended.</summary>
    public static bool IsEnd(Exception exception) => exception is WebSocketException or InvalidOperationException or OperationCanceledException or IOException;

    private void End(WebSocketCloseStatus status, TimeSpan time)
    {
        lock (_lock) _ending ??= EndAsync(status, time);
    }

    private async Task EndAsync(WebSocketCloseStatus status, TimeSpan time)
    {
        using var timeout = new CancellationTokenSource(time, _time);
        try
        {
            await _socket.CloseOutputAsync(status, null, timeout.Token);
            await Task.Delay(time, _time, _hubHasEnded.Token);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // It takes nothing more in, or has gone.
        }

        if (!_hubHasEnded.IsCancellationRequested) Abort();
    }
}
