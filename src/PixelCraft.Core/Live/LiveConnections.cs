using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// The sockets of this server. The framework's lifetime manager knows them, and hides them: rooms need each one itself, to write a frame to many
/// at the cost of one, and to see when a slow one has room again.
/// </summary>
internal sealed class LiveConnections(IOptions<LiveOptions> options, TimeProvider time, ILogger<LiveConnections> logger) : DefaultHubLifetimeManager<LiveHub>(logger)
{
    private readonly ConcurrentDictionary<string, LiveConnection> _connections = new();

    public ICollection<LiveConnection> All => _connections.Values;

    public LiveConnection this[string connectionId] => _connections[connectionId];

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        if (_connections.Count >= options.Value.Connections) connection.Abort();
        _connections[connection.ConnectionId] = new LiveConnection(connection, options.Value, time);
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        _connections.TryRemove(connection.ConnectionId, out _);
        return base.OnDisconnectedAsync(connection);
    }
}
