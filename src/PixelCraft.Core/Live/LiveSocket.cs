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
    private readonly List<(Action<object> Action, object State)> _heartbeats = [];
    private bool _isEnding;
    private volatile bool _hasEnded;

    /// <param name="socket">Closed with this.</param>
    /// <param name="http">The request that it came by; it goes on as long.</param>
    public LiveSocket(WebSocket socket, HttpContext http)
        : base(Guid.NewGuid().ToString("n"))
    {
        _socket = socket;
        HttpContext = http;
        Input = new LiveSocketReader(socket, () => _ = EndAsync(WebSocketCloseStatus.NormalClosure, TimeToGo));
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
        lock (_heartbeats) _heartbeats.Add((action, state));
    }

    /// <summary>Once a second: by it the hub pings, and notices clients that have fallen silent.</summary>
    public void Beat()
    {
        lock (_heartbeats)
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
    public Task GoAwayAsync() => EndAsync(WebSocketCloseStatus.EndpointUnavailable, TimeToClose);

    /// <summary>Closes it, when it isn't closed yet, and waits for the client to do the same.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived or WebSocketState.CloseSent)
        {
            using var timeout = new CancellationTokenSource(TimeToClose);
            try
            {
                await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
            }
            catch (Exception exception) when (IsEnd(exception))
            {
                _socket.Abort();
            }
        }

        _hasEnded = true;
        _socket.Dispose();
        await base.DisposeAsync();
    }

    private static bool IsEnd(Exception exception) => exception is WebSocketException or InvalidOperationException or OperationCanceledException or IOException or TimeoutException;

    private async Task EndAsync(WebSocketCloseStatus status, TimeSpan time)
    {
        if (Interlocked.Exchange(ref _isEnding, true)) return;
        try
        {
            await _socket.CloseOutputAsync(status, null, CancellationToken.None).WaitAsync(time);
            await Task.Delay(time, ConnectionClosed);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // It takes nothing more in, or has gone.
        }

        if (!_hasEnded) Abort();
    }
}
