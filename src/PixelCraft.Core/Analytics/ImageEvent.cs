using System.Globalization;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Analytics;

/// <summary>Something that happened to an image, once however often it is sent.</summary>
/// <param name="Id">Made by the client, at random.</param>
/// <param name="Kind">What.</param>
/// <param name="Image">To which image; whether there is one is looked up when it is counted.</param>
/// <param name="At">When, UTC, by the client's clock; kept to the millisecond.</param>
public sealed record ImageEvent(Guid Id, EventKind Kind, Id Image, DateTimeOffset At)
{
    /// <summary>As one line of text, for streams.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Id:N} {(int)Kind} {Image} {At.ToUnixTimeMilliseconds()}");

    /// <summary>Reads what <see cref="ToLine"/> writes; null when it is something else, such as a line that a crash cut off.</summary>
    public static ImageEvent? FromLine(string line) =>
        line.Split(' ') is [var id, var kind, var image, var at]
        && Guid.TryParseExact(id, "N", out var guid)
        && int.TryParse(kind, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && Ids.Id.TryParse(image, null, out var parsed)
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? new ImageEvent(guid, (EventKind)number, parsed, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : null;
}
