using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using PixelCraft.Http;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What a variant on demand shall look like. It is written as one segment of a path, in one way only, so that one result
/// has one URL:
/// <code>
/// transform = [ "w" n ] [ "h" n ] [ "fill" | "crop" [ "-" gravity ] ] [ "rotate" n ] [ "blur" n ] [ "sharpen" n ] [ "q" n ]
/// </code>
/// with "." between the parts, in this order; what has its default is left out. <c>w400.h300.crop-attention.q60</c>
/// </summary>
/// <remarks>
/// The box is that of the result, after turning. Nothing is ever enlarged: a box that is larger than the image is made
/// smaller in proportion.
/// </remarks>
public sealed record Transform
{
    /// <summary>The longest side of a box, in pixels.</summary>
    public const int MaxSide = 4096;

    /// <summary>The quality when none is said.</summary>
    public const int DefaultQuality = 80;

    /// <summary>Width of the box in pixels, 1 to <see cref="MaxSide"/>; null leaves it to the height.</summary>
    public int? Width { get; init; }

    /// <summary>Height of the box in pixels, 1 to <see cref="MaxSide"/>; null leaves it to the width. One of the two is needed, both unless <see cref="Mode"/> is fit.</summary>
    public int? Height { get; init; }

    /// <summary>How the image comes into the box.</summary>
    public TransformMode Mode { get; init; }

    /// <summary>Which part a crop keeps; centre otherwise.</summary>
    public TransformGravity Gravity { get; init; }

    /// <summary>Degrees clockwise: 0, 90, 180 or 270.</summary>
    public int Rotate { get; init; }

    /// <summary>Standard deviation of a Gaussian blur in pixels of the result, 1 to 100; 0 is none.</summary>
    public int Blur { get; init; }

    /// <summary>Radius of sharpening in pixels of the result, 1 to 10; 0 is none.</summary>
    public int Sharpen { get; init; }

    /// <summary>Quality, 1 to 100, on the scale of JPEG and WebP. 80.</summary>
    public int Quality { get; init; } = DefaultQuality;

    /// <summary>What breaks a limit, as field and text; null when nothing does.</summary>
    public (string Field, string Text)? Fault()
    {
        if (Width is < 1 or > MaxSide) return ("width", $"1 to {MaxSide}.");
        if (Height is < 1 or > MaxSide) return ("height", $"1 to {MaxSide}.");
        if (Width is null && Height is null) return ("width", "A width or a height is needed.");
        if (!Enum.IsDefined(Mode)) return ("mode", "One of fit, fill, crop.");
        if (!Enum.IsDefined(Gravity)) return ("gravity", "One of center, attention, or a direction such as north or southEast.");
        if (Mode != TransformMode.Fit && (Width is null || Height is null)) return ("height", "Fill and crop need a width and a height.");
        if (Mode != TransformMode.Crop && Gravity != TransformGravity.Center) return ("gravity", "Only a crop has a gravity.");
        if (Rotate is not (0 or 90 or 180 or 270)) return ("rotate", "0, 90, 180 or 270.");
        if (Blur is < 0 or > 100) return ("blur", "0 to 100.");
        if (Sharpen is < 0 or > 10) return ("sharpen", "0 to 10.");
        if (Quality is < 1 or > 100) return ("quality", "1 to 100.");
        return null;
    }

    /// <summary>Reads what <see cref="ToString"/> writes, and nothing else.</summary>
    /// <param name="text">A user's text.</param>
    /// <param name="transform">What it says; null when it can't be read.</param>
    /// <param name="fault">What is wrong, a sentence; null when nothing is.</param>
    public static bool TryParse(string text, out Transform? transform, out string? fault)
    {
        transform = null;
        // Longer than anything that can be right.
        if (text.Length > 100)
        {
            fault = "The options are too long.";
            return false;
        }
        var read = new Transform();
        foreach (var part in text.Split('.'))
        {
            if (Apply(read, part) is not { } next)
            {
                fault = "Options are w, h, fill, crop, rotate, blur, sharpen and q with their numbers, such as w400.h300.crop-attention.q60.";
                return false;
            }
            read = next;
        }
        fault = read.Fault() is var (field, why) ? $"{field}: {why}" : null;
        if (fault is null && read.ToString() is var canonical && canonical != text) fault = $"Write the options as {canonical}.";
        if (fault is null) transform = read;
        return fault is null;
    }

    /// <summary>The one way to write it. Only for what has no <see cref="Fault"/>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Add("w", Width ?? 0);
        Add("h", Height ?? 0);
        if (Mode != TransformMode.Fit) AddText(Mode == TransformMode.Fill ? "fill" : "crop");
        if (Gravity != TransformGravity.Center) text.Append('-').Append(Name(Gravity));
        Add("rotate", Rotate);
        Add("blur", Blur);
        Add("sharpen", Sharpen);
        if (Quality != DefaultQuality) Add("q", Quality);
        return text.ToString();

        void Add(string name, int value)
        {
            if (value != 0) AddText(string.Create(CultureInfo.InvariantCulture, $"{name}{value}"));
        }

        void AddText(string part)
        {
            if (text.Length > 0) text.Append('.');
            text.Append(part);
        }
    }

    private static Transform? Apply(Transform to, string part)
    {
        if (part == "fill") return to with { Mode = TransformMode.Fill };
        if (part == "crop") return to with { Mode = TransformMode.Crop };
        if (part.StartsWith("crop-", StringComparison.Ordinal))
        {
            foreach (var gravity in Enum.GetValues<TransformGravity>())
                if (part.AsSpan(5).SequenceEqual(Name(gravity))) return to with { Mode = TransformMode.Crop, Gravity = gravity };
            return null;
        }
        var digits = part.AsSpan().IndexOfAnyInRange('0', '9');
        // Of 5 digits at most: larger numbers are no option's.
        if (digits < 1 || part.Length - digits > 5 || !int.TryParse(part.AsSpan(digits), NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return null;
        return part.AsSpan(0, digits) switch
        {
            "w" => to with { Width = value },
            "h" => to with { Height = value },
            "rotate" => to with { Rotate = value },
            "blur" => to with { Blur = value },
            "sharpen" => to with { Sharpen = value },
            "q" => to with { Quality = value },
            _ => null,
        };
    }

    private static string Name(TransformGravity gravity) => gravity.ToString().ToLowerInvariant();
}

/// <summary>How an image comes into a box.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<TransformMode>))]
public enum TransformMode
{
    /// <summary>The whole image, in proportion, as large as the box allows.</summary>
    Fit = 0,

    /// <summary>The whole image, stretched to the box.</summary>
    Fill = 1,

    /// <summary>In proportion, so that it covers the box; what stands out is cut off.</summary>
    Crop = 2,
}

/// <summary>Which part of an image a crop keeps.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<TransformGravity>))]
public enum TransformGravity
{
    /// <summary>The middle.</summary>
    Center = 0,

    /// <summary>The top.</summary>
    North = 1,

    /// <summary>The top right corner.</summary>
    NorthEast = 2,

    /// <summary>The right side.</summary>
    East = 3,

    /// <summary>The bottom right corner.</summary>
    SouthEast = 4,

    /// <summary>The bottom.</summary>
    South = 5,

    /// <summary>The bottom left corner.</summary>
    SouthWest = 6,

    /// <summary>The left side.</summary>
    West = 7,

    /// <summary>The top left corner.</summary>
    NorthWest = 8,

    /// <summary>What draws the eye: faces' colours, edges, saturation.</summary>
    Attention = 9,
}

/// <summary>The format of a variant on demand.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<TransformFormat>))]
public enum TransformFormat
{
    /// <summary>JPEG; transparency becomes white.</summary>
    Jpeg = 0,

    /// <summary>WebP.</summary>
    WebP = 1,

    /// <summary>AVIF.</summary>
    Avif = 2,
}

/// <summary>What the program says of a format on demand.</summary>
public static class TransformFormats
{
    /// <summary>The ending of its name, without the dot.</summary>
    public static string Extension(this TransformFormat format) => format switch
    {
        TransformFormat.Jpeg => "jpg",
        TransformFormat.WebP => "webp",
        TransformFormat.Avif => "avif",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>The media type.</summary>
    public static string ContentType(this TransformFormat format) => format switch
    {
        TransformFormat.Jpeg => "image/jpeg",
        TransformFormat.WebP => "image/webp",
        TransformFormat.Avif => "image/avif",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}
