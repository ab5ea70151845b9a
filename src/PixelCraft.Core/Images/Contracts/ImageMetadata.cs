using System.Globalization;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What an original says about itself in EXIF, IPTC and XMP. All of it is what a stranger wrote: texts are cut, without
/// control characters, and never markup; numbers are within their bounds. Null is not said, or not believable.
/// </summary>
public sealed record ImageMetadata
{
    /// <summary>Characters of the longest text but <see cref="Description"/>.</summary>
    public const int MaxText = 200;

    /// <summary>Characters of the longest description.</summary>
    public const int MaxDescription = 5_000;

    /// <summary>The most keywords.</summary>
    public const int MaxKeywords = 100;

    /// <summary>Who made the camera.</summary>
    public string? Make { get; init; }

    /// <summary>Which camera.</summary>
    public string? Model { get; init; }

    /// <summary>Which lens.</summary>
    public string? Lens { get; init; }

    /// <summary>Exposure time in seconds, above 0.</summary>
    public double? ExposureSeconds { get; init; }

    /// <summary>The f-number, above 0.</summary>
    public double? Aperture { get; init; }

    /// <summary>Sensitivity by ISO, from 1.</summary>
    public int? Iso { get; init; }

    /// <summary>Focal length in millimetres, above 0.</summary>
    public double? FocalLength { get; init; }

    /// <summary>Focal length in millimetres that has the same angle on 35 mm film, above 0.</summary>
    public int? FocalLength35 { get; init; }

    /// <summary>When it was taken, by the camera's clock: ISO 8601 with the zone if it is known, as <c>2024-05-01T12:34:56+02:00</c>.</summary>
    public string? TakenLocal { get; init; }

    /// <summary>EXIF orientation of the stored pixels, 1 to 8. Variants are upright.</summary>
    public int? Orientation { get; init; }

    /// <summary>Title, by IPTC or XMP.</summary>
    public string? Title { get; init; }

    /// <summary>Description or caption, by IPTC, XMP or EXIF; may have several lines.</summary>
    public string? Description { get; init; }

    /// <summary>Keywords, by IPTC and XMP; none twice.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Rating by XMP, 0 to 5.</summary>
    public int? Rating { get; init; }

    /// <summary>Where it was taken: for the owner alone.</summary>
    public ImagePlace? Place { get; init; }

    /// <summary><see cref="TakenLocal"/> in UTC; a time without zone is taken as UTC. Null when not known.</summary>
    public DateTimeOffset? TakenAt() =>
        DateTimeOffset.TryParse(TakenLocal, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;

    /// <summary>What others than the owner may see.</summary>
    public ImageMetadata WithoutPlace() => Place is null ? this : this with { Place = null };
}

/// <summary>A place on Earth, WGS 84.</summary>
/// <param name="Latitude">Degrees north, -90 to 90.</param>
/// <param name="Longitude">Degrees east, -180 to 180.</param>
/// <param name="Altitude">Metres above the sea; null when not said.</param>
public sealed record ImagePlace(double Latitude, double Longitude, double? Altitude);
