using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>The rooms that somebody at this server is in, and which other servers live.</summary>
internal sealed class Rooms(ILiveBackplane backplane, IOptions<LiveOptions> options, TimeProvider time, ILogger<Rooms> logger) : IDisposable
{
    /// <summary>How often a server tells the others that it lives.</summary>
    internal static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>After this silence a server is gone, with its participants.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2.5);

    /// <summary>How many of the server's beats one of every room comes with.</summary>
    private const int BeatsPerRoomBeat = 4;

    private const string BeatChannel = "servers";

    private readonly Guid _server = Guid.NewGuid();
    private readonly ConcurrentDictionary<Id, Room> _rooms = new();
    private readonly ConcurrentDictionary<Guid, long> _servers = new();
    private readonly Lock _creating = new();
    private IDisposable? _subscription;
    private int _numbers;
    private int _beats;

    public ICollection<Room> All => _rooms.Values;

    /// <summary>The room of an image; null where nobody at this server is in it.</summary>
    public Room? Find(Id image) => _rooms.GetValueOrDefault(image);

    /// <summary>Adds somebody to the room of an image, which is made where there is none.</summary>
    /// <param name="image">Which.</param>
    /// <param name="news">How far the image has got, for a room that is made.</param>
    /// <param name="connection">Whose.</param>
    /// <param name="state">Who.</param>
    public (Room Room, Participant Participant, Frame Whole) Join(Id image, RoomState news, LiveConnection connection, ParticipantState state)
    {
        while (true)
        {
            var room = Find(image) ?? Create(image, news);
            if (room.Join(connection, state, out var whole) is { } participant) return (room, participant, whole);
        }
    }

    /// <summary>Takes somebody out.</summary>
    public void Leave(Room room, Participant participant)
    {
        if (room.Leave(participant)) _rooms.TryRemove(new KeyValuePair<Id, Room>(room.Image, room));
    }

    /// <summary>Tells the others that this server lives, and drops those that have been silent.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        _subscription ??= backplane.Subscribe(BeatChannel, Heard);
        await backplane.PublishAsync(BeatChannel, RoomUpdate.Empty(_server, UpdateKind.Beat), cancellationToken);
        if (++_beats % BeatsPerRoomBeat == 0)
            foreach (var room in All) room.Beat();
        foreach (var (server, heardAt) in _servers)
        {
            if (time.GetElapsedTime(heardAt) < Silence || !_servers.TryRemove(new KeyValuePair<Guid, long>(server, heardAt))) continue;
            logger.LogInformation("The realtime server {Server} is not heard any more.", server);
            foreach (var room in All) room.Drop(server);
        }
    }

    public void Dispose()
    {
        _subscription?.Dispose();
        foreach (var room in All) room.Dispose();
    }

    private void Heard(RoomUpdate update)
    {
        if (update.Server == _server) return;
        var isNew = !_servers.ContainsKey(update.Server);
        _servers[update.Server] = time.GetTimestamp();
        if (!isNew) return;
        // New, or back: what it told meanwhile was not heard.
        foreach (var room in All) room.Ask();
    }

    private Room Create(Id image, RoomState news)
    {
        // One, however many come first: each listens to its channel from the start.
        lock (_creating)
            return Find(image) ?? (_rooms[image] = new Room(image, news, ++_numbers, _server, backplane, options.Value, time, logger));
    }
}
