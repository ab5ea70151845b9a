using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>What clients can ask of the rooms: docs/live-protocol.md.</summary>
internal sealed class LiveHub(LiveConnections connections, Rooms rooms, RoomAccess access, RoomNews news, IOptions<LiveOptions> options) : Hub
{
    /// <summary>Where it is.</summary>
    public const string Path = "/live";

    private const int GuestNameLength = 50;

    private LiveConnection Connection => connections[Context.ConnectionId];

    /// <summary>Enters the room of an image.</summary>
    /// <param name="image">The image's id.</param>
    /// <param name="key">16 bytes at random, the page's own: by them it is known again after a reconnection.</param>
    /// <param name="attempt">How often the page has connected.</param>
    /// <param name="guestName">What others shall see; members' names are known.</param>
    public async Task<JoinAnswer> Join(string image, byte[] key, int attempt, string? guestName)
    {
        var connection = Connection;
        foreach (var (number, entry) in connection.Rooms)
            if (entry.Participant.IsGone) connection.Rooms.TryRemove(number, out _);
        if (!connection.TryJoin()) return await TooManyAsync("too-many-joins");
        if (connection.Rooms.Count >= options.Value.RoomsPerConnection) return await TooManyAsync("too-many-rooms");
        if (key.Length != 16) return JoinAnswer.Refused("invalid");
        if (!Id.TryParse(image, out var id) || await access.FindAsync(id, Context.ConnectionAborted) is not { } record || !record.MayBeSeenBy(connection.Caller)) return JoinAnswer.Refused("not-found");
        if (connection.Rooms.Values.Any(entry => entry.Room.Image == id)) return JoinAnswer.Refused("invalid");
        if (await NameAsync(connection.Caller, guestName) is not { } name) return JoinAnswer.Refused("name");
        if (rooms.Find(id)?.Count >= options.Value.Participants) return JoinAnswer.Refused("full");

        // Of a room that is there others know already how far its image has got.
        var state = rooms.Find(id)?.State ?? await news.StateAsync(record, Context.ConnectionAborted);
        var (room, participant, whole) = rooms.Join(id, state, connection, new ParticipantState(0, new Guid(key), attempt, name, connection.Caller.MemberId, IsIdle: false));
        connection.Rooms[room.Number] = (room, participant);
        // The connection has ended meanwhile: what takes it out of its rooms has run already.
        if (Context.ConnectionAborted.IsCancellationRequested) rooms.Leave(room, participant);
        return new JoinAnswer("ok", participant.Number, whole, room.State);
    }

    /// <summary>Asks for frames: sent after the answer to <see cref="Join"/>, so that none overtakes it.</summary>
    /// <param name="room">The room's number.</param>
    public void Begin(int room)
    {
        if (Connection.Rooms.TryGetValue(room, out var entry)) entry.Room.Begin(entry.Participant);
    }

    /// <summary>Leaves a room.</summary>
    /// <param name="room">The room's number.</param>
    public void Leave(int room)
    {
        if (Connection.Rooms.TryRemove(room, out var entry)) rooms.Leave(entry.Room, entry.Participant);
    }

    /// <summary>Says where the cursor is.</summary>
    /// <param name="room">The room's number.</param>
    /// <param name="x">65,535ths of the image's width; -1 when it is not on the image.</param>
    /// <param name="y">The same of its height.</param>
    public void Move(int room, int x, int y)
    {
        if (CursorState.IsValid(x, y) && Connection.Rooms.TryGetValue(room, out var entry)) entry.Room.Move(entry.Participant, x, y);
    }

    /// <summary>Says whether the participant has not touched the page for a while.</summary>
    public void Idle(int room, bool isIdle)
    {
        if (Connection.Rooms.TryGetValue(room, out var entry)) entry.Room.SetIdle(entry.Participant, isIdle);
    }

    /// <summary>Asks for the news of one's own images, on this connection; guests get none.</summary>
    public void Watch() => connections.Watch(Connection);

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        foreach (var (_, entry) in Connection.Rooms) rooms.Leave(entry.Room, entry.Participant);
        return Task.CompletedTask;
    }

    private async Task<JoinAnswer> TooManyAsync(string reason)
    {
        await Connection.EndAsync(reason);
        return JoinAnswer.Refused("too-many");
    }

    private async Task<string?> NameAsync(Caller caller, string? guestName)
    {
        if (caller.MemberId is { } member) return await access.NameAsync(member, Context.ConnectionAborted);
        var name = guestName?.Trim();
        return name is { Length: > 0 and <= GuestNameLength } && !name.EnumerateRunes().Any(rune => Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format) ? name : null;
    }
}

/// <summary>The answer to a join.</summary>
/// <param name="Code"><c>ok</c>, or why not.</param>
/// <param name="You">The participant's number; 0 when refused.</param>
/// <param name="Whole">All that there is; null when refused.</param>
/// <param name="State">How far the image and its discussion have got: what later frames build upon.</param>
public sealed record JoinAnswer(string Code, int You, Frame? Whole, RoomState State)
{
    /// <summary>A refusal.</summary>
    public static JoinAnswer Refused(string code) => new(code, 0, null, default);
}
