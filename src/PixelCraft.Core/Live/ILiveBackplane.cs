using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Live;

/// <summary>
/// Carries what the participants of one server do to the other servers. What is published while it is away is lost, and what arrives may have
/// gaps: whoever listens sees them by <see cref="RoomUpdate.Sequence"/>, and asks again. Neither call throws when what carries the updates is away.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Cursors, and who is in a room", "Each side goes on by itself, and sees the other again when it can be reached.")]
public interface ILiveBackplane
{
    /// <summary>Tells all who listen to a channel, perhaps this server too; they may not all have heard when the call returns.</summary>
    /// <param name="channel">A room's id, or another word of lower-case letters and digits.</param>
    /// <param name="update">What is told.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask PublishAsync(string channel, RoomUpdate update, CancellationToken cancellationToken);

    /// <summary>Listens until the result is disposed.</summary>
    /// <param name="channel">As in <see cref="PublishAsync"/>.</param>
    /// <param name="received">Called with each update, in the order in which one server published them; from any thread, and must neither wait nor throw.</param>
    IDisposable Subscribe(string channel, Action<RoomUpdate> received);
}

/// <summary>What a server tells the others of a room.</summary>
/// <param name="Server">Which server; a new one at every start.</param>
/// <param name="Sequence">How many updates with changes it has told of this room before; a gap means that some were lost.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Participants">Who is new or has changed, of those at this server.</param>
/// <param name="Cursors">Where cursors are now.</param>
/// <param name="Left">The numbers of those who are gone.</param>
public sealed record RoomUpdate(
    Guid Server,
    long Sequence,
    UpdateKind Kind,
    IReadOnlyList<ParticipantState> Participants,
    IReadOnlyList<CursorState> Cursors,
    IReadOnlyList<int> Left)
{
    /// <summary>An update without content.</summary>
    public static RoomUpdate Empty(Guid server, UpdateKind kind) => new(server, 0, kind, [], [], []);
}

/// <summary>What an update is about.</summary>
public enum UpdateKind
{
    /// <summary>What has changed since the update before.</summary>
    Changes,

    /// <summary>All that the server has of this room: who isn't named is not there.</summary>
    Whole,

    /// <summary>The server asks all others for <see cref="Whole"/>.</summary>
    Ask,

    /// <summary>The server lives; of a room: this is how far it has got.</summary>
    Beat,
}

/// <summary>A participant as other servers know them.</summary>
/// <param name="Number">Unique in the room at that server.</param>
/// <param name="Key">The participant's own, the same after a reconnection, maybe to another server; never shown to others.</param>
/// <param name="Attempt">How often the participant has connected: of two with one key the higher counts.</param>
/// <param name="Name">What others see.</param>
/// <param name="Member">Null for a guest.</param>
/// <param name="IsIdle">Has not touched the page for a while.</param>
public sealed record ParticipantState(int Number, Guid Key, int Attempt, string Name, Id? Member, bool IsIdle);

/// <summary>Where a cursor is.</summary>
/// <param name="Number">Whose.</param>
/// <param name="X">0 at the image's left edge, <see cref="Scale"/> at its right; <see cref="Nowhere"/> where it is not on the image.</param>
/// <param name="Y">The same from the top.</param>
public readonly record struct CursorState(int Number, int X, int Y)
{
    /// <summary>The image's width and height: coordinates are 65,535ths.</summary>
    public const int Scale = 65_535;

    /// <summary>X and Y of a cursor that is not on the image.</summary>
    public const int Nowhere = -1;

    /// <summary>Whether coordinates are on the image, or nowhere.</summary>
    public static bool IsValid(int x, int y) => (x, y) is ( >= 0 and <= Scale, >= 0 and <= Scale) or (Nowhere, Nowhere);
}
