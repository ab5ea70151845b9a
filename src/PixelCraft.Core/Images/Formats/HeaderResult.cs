namespace PixelCraft.Images.Formats;

/// <summary>What an <see cref="ImageHeaderScanner"/> knows by now.</summary>
public readonly record struct HeaderResult
{
    /// <summary>Nothing is decided yet.</summary>
    public static readonly HeaderResult NeedMore;

    /// <summary>Not a format that is read: HTTP answers 415.</summary>
    public static readonly HeaderResult Unknown = new() { Outcome = HeaderOutcome.Unknown };

    /// <summary>Which of the four it is; the other members are set as it says.</summary>
    public HeaderOutcome Outcome { get; private init; }

    /// <summary>The format; only meaningful when found.</summary>
    public ImageFormat Format { get; private init; }

    /// <summary>Pixels across as stored, before any orientation; from 1 when found, else 0.</summary>
    public int Width { get; private init; }

    /// <summary>Pixels down, as <see cref="Width"/>.</summary>
    public int Height { get; private init; }

    /// <summary>Frames seen so far, from 1 when found. A still image has one; GIF and WebP show theirs only as they pass.</summary>
    public int Frames { get; init; }

    /// <summary>What is wrong, a sentence for the owner of the file; null unless damaged.</summary>
    public string? Reason { get; private init; }

    /// <summary>The format is known and its header read.</summary>
    public static HeaderResult Found(ImageFormat format, int width, int height) =>
        new() { Outcome = HeaderOutcome.Found, Format = format, Width = width, Height = height, Frames = 1 };

    /// <summary>It begins like a known format, but can't be one: HTTP answers 422.</summary>
    public static HeaderResult Damaged(string reason) => new() { Outcome = HeaderOutcome.Damaged, Reason = reason };
}

/// <summary>What is known of a file's header.</summary>
public enum HeaderOutcome
{
    /// <summary>Nothing yet: feed more bytes, or say that there are none.</summary>
    NeedMore = 0,

    /// <summary>Format, width and height.</summary>
    Found = 1,

    /// <summary>That it is no format that is read.</summary>
    Unknown = 2,

    /// <summary>That it begins like a known format, but is none.</summary>
    Damaged = 3,
}
