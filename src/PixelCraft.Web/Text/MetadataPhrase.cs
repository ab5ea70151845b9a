using System.Globalization;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Web.Text;

/// <summary>What an original says about itself, as photographers write it.</summary>
internal static class MetadataPhrase
{
    /// <summary>Maker and model, the maker once; null when neither is known.</summary>
    public static string? Camera(ImageMetadata metadata) => (metadata.Make, metadata.Model) switch
    {
        ({ } make, { } model) => model.StartsWith(make.Split(' ')[0], StringComparison.OrdinalIgnoreCase) ? model : $"{make} {model}",
        var (make, model) => model ?? make,
    };

    /// <summary>As "1/250 s · f/2.8 · ISO 400 · 35 mm", what is known of it; null when nothing is.</summary>
    public static string? Exposure(ImageMetadata metadata)
    {
        var parts = new List<string>(4);
        if (metadata.ExposureSeconds is { } seconds) parts.Add($"{Seconds(seconds)}\u00a0s");
        if (metadata.Aperture is { } aperture) parts.Add($"f/{Number(aperture)}");
        if (metadata.Iso is { } iso) parts.Add($"ISO\u00a0{iso.ToString(CultureInfo.CurrentCulture)}");
        if (metadata.FocalLength is { } length) parts.Add($"{Number(length)}\u00a0mm");
        return parts.Count == 0 ? null : string.Join(" · ", parts);
    }

    /// <summary>Date and time by the camera's clock; null when not known.</summary>
    public static string? Taken(ImageMetadata metadata) =>
        DateTimeOffset.TryParse(metadata.TakenLocal, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.DateTime.ToString(Texts.LocalDateTimeFormat, CultureInfo.CurrentCulture)
            : null;

    /// <summary>As "48.85833° N, 2.29450° W".</summary>
    public static string Place(ImagePlace place) =>
        $"{Degrees(place.Latitude)}\u00a0{(place.Latitude < 0 ? 'S' : 'N')}, {Degrees(place.Longitude)}\u00a0{(place.Longitude < 0 ? 'W' : 'E')}";

    /// <summary>A map of the place, on another site.</summary>
    public static string Map(ImagePlace place) => string.Create(
        CultureInfo.InvariantCulture, $"https://www.openstreetmap.org/?mlat={place.Latitude:0.######}&mlon={place.Longitude:0.######}#map=15/{place.Latitude:0.######}/{place.Longitude:0.######}");

    // A shutter says 1/250, and from a third of a second on 0.4.
    private static string Seconds(double seconds) =>
        seconds < 0.3 ? $"1/{Math.Round(1 / seconds).ToString(CultureInfo.CurrentCulture)}" : Number(seconds);

    private static string Number(double number) => number.ToString("0.#", CultureInfo.CurrentCulture);

    private static string Degrees(double degrees) => Math.Abs(degrees).ToString("0.00000", CultureInfo.CurrentCulture) + "°";
}
