using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// The sockets of this server. The framework's lifetime manager knows them, and hides them: rooms need each one itself, to write a frame to many
/// at the cost of one, and to see when a slow one has room again.
/// </summary>
internal sealed class LiveConnections(IOptions<LiveOptions> options, TimeProvider time, ILogger<LiveConnections> logger) : DefaultHubLifetimeManager<LiveHub>(logger)
{
    private readonly ConcurrentDictionary<string, LiveConnection> _connections = new();

    /// <summary>By member; each list is replaced, never changed.</summary>
    private readonly ConcurrentDictionary<Id, LiveConnection[]> _watchers = new();

    public ICollection<LiveConnection> All => _connections.Values;

    public LiveConnection this[string connectionId] => _connections[connectionId];

    /// <summary>Those that have asked for a member's news.</summary>
    public IReadOnlyCollection<LiveConnection> WatchersOf(Id member) => _watchers.GetValueOrDefault(member) ?? [];

    /// <summary>Has a connection told of its member's news until it ends; guests have none.</summary>
    public void Watch(LiveConnection connection)
    {
        if (connection.Caller.MemberId is not { } member) return;
        _watchers.AddOrUpdate(member, [connection], (_, others) => others.Contains(connection) ? others : [.. others, connection]);
        // It has ended meanwhile.
        if (!_connections.ContainsKey(connection.Id)) Unwatch(connection);
    }

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _connections[connection.ConnectionId] = new LiveConnection(connection, options.Value, time);
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (_connections.TryRemove(connection.ConnectionId, out var ended)) Unwatch(ended);
        return base.OnDisconnectedAsync(connection);
    }

    private void Unwatch(LiveConnection connection)
    {
        if (connection.Caller.MemberId is not { } member) return;
        while (_watchers.TryGetValue(member, out var all))
        {
            LiveConnection[] others = [.. all.Where(other => other != connection)];
            if (others.Length > 0 ? _watchers.TryUpdate(member, others, all) : _watchers.TryRemove(new KeyValuePair<Id, LiveConnection[]>(member, all))) return;
        }
    }
}
