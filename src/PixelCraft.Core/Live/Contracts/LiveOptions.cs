using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Live.Contracts;

/// <summary>Section <c>Live</c>: rooms, for each process.</summary>
public sealed class LiveOptions
{
    /// <summary>The shortest time between two frames to a participant. 50 ms; 10 ms to 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:01")]
    public TimeSpan Tick { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Cursors in a frame; the others follow in the next ones, those that waited longest first. 256; 10 to 10,000.</summary>
    [Range(10, 10_000)]
    public int CursorsPerFrame { get; set; } = 256;

    /// <summary>Participants of a room at one server. 2,000; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int Participants { get; set; } = 2_000;

    /// <summary>Connections of one server. 20,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 20_000;

    /// <summary>Rooms that a connection may be in at a time. 4; 1 to 100.</summary>
    [Range(1, 100)]
    public int RoomsPerConnection { get; set; } = 4;

    /// <summary>Joins of a connection in a minute. 30; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int JoinsPerMinute { get; set; } = 30;

    /// <summary>Messages of a connection in a second; more at once are let through when it was quiet before, up to twice that. 60; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MessagesPerSecond { get; set; } = 60;

    /// <summary>Bytes of one message. 2,048; 256 to 65,536.</summary>
    [Range(256, 65_536)]
    public int MessageBytes { get; set; } = 2_048;

    /// <summary>Bytes that a connection sends in a second, whatever they are; more at once are let through as with messages. 16,384; 1,024 to 10,000,000.</summary>
    [Range(1_024, 10_000_000)]
    public int BytesPerSecond { get; set; } = 16_384;
}
