using PixelCraft.Ids;

namespace PixelCraft.Live;

/// <summary>Somebody in a room, at this server or another one. Belongs to its room's lock.</summary>
internal sealed class Participant(int number, Guid key)
{
    public int Number => number;

    public Guid Key => key;

    public int Attempt { get; set; }

    public string Name { get; set; } = "";

    public Id? Member { get; set; }

    public bool IsIdle { get; set; }

    public CursorState Cursor { get; set; } = new(number, CursorState.Nowhere, CursorState.Nowhere);

    /// <summary>The frame in which the cursor, or the rest, was last told; 0 before the first.</summary>
    public long Moved { get; set; }

    /// <inheritdoc cref="Moved"/>
    public long Changed { get; set; }

    /// <summary>Whether the cursor, or the rest, waits for a frame.</summary>
    public bool IsMoving { get; set; }

    /// <inheritdoc cref="IsMoving"/>
    public bool IsChanging { get; set; }

    /// <summary>Whether the cursor, or the rest, waits for being told to other servers. Only of those at this server.</summary>
    public bool MoveIsUntold { get; set; }

    /// <inheritdoc cref="MoveIsUntold"/>
    public bool ChangeIsUntold { get; set; }

    /// <summary>Whether it has left: what still holds it passes over it.</summary>
    public bool IsGone { get; set; }

    /// <summary>At which other server, and the number there; null for one at this server.</summary>
    public (Guid Server, int Number)? Elsewhere { get; init; }

    /// <summary>Of one at this server; null for others.</summary>
    public LiveConnection? Connection { get; init; }

    /// <summary>Whether it has asked for frames.</summary>
    public bool HasBegun { get; set; }

    /// <summary>The last frame that was sent to it.</summary>
    public long Seen { get; set; }

    /// <summary>Whether a frame is on its way: until it has gone out, no other is begun.</summary>
    public bool IsSending { get; set; }

    public Attendee ToAttendee() => new(number, Name, Member, IsIdle);

    public ParticipantState ToState() => new(number, key, Attempt, Name, Member, IsIdle);
}
