using System.Globalization;
using System.Text;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Tiff;
using MetadataExtractor.IO;
using PixelCraft.Images.Contracts;
using Directory = MetadataExtractor.Directory;

namespace PixelCraft.Adapters.Metadata;

/// <summary>
/// EXIF without what may hide in it: makers' notes, thumbnails, and blocks of XMP, IPTC, Photoshop or colour profiles, whose
/// readers are many and whose contents nobody asked for.
/// </summary>
internal static class ExifFields
{
    public static IReadOnlyList<Directory> Read(Stream tiff)
    {
        var directories = new List<Directory>();
        TiffReader.ProcessTiff(new IndexedSeekingReader(tiff), new Handler(directories));
        return directories;
    }

    public static string? Text(this Directory directory, int tag) => directory.GetStringValue(tag) is var value && value.Bytes is not null ? value.ToString(Encoding.UTF8) : null;

    public static IEnumerable<string> Texts(this Directory directory, int tag) =>
        directory.GetStringValueArray(tag)?.Take(ImageMetadata.MaxKeywords).Select(value => value.ToString(Encoding.UTF8)) ?? [];

    /// <summary>A number above 0 and up to <paramref name="max"/>, else null.</summary>
    public static double? Number(this Directory directory, int tag, double max)
    {
        // By hand, since TryGetDouble takes a rational by way of a float; what is divided by 0 is out of bounds.
        var value = directory.TryGetRational(tag, out var rational) ? (double)rational.Numerator / rational.Denominator
            : directory.TryGetDouble(tag, out var number) ? number : 0;
        return value > 0 && value <= max ? value : null;
    }

    /// <summary>EXIF 2.32 section 4.6.5: the time by the camera's clock, and since 2.31 its offset.</summary>
    public static string? Taken(this ExifSubIfdDirectory shot)
    {
        return Time(ExifDirectoryBase.TagDateTimeOriginal, 0x9011) ?? Time(ExifDirectoryBase.TagDateTimeDigitized, 0x9012);

        string? Time(int tag, int offsetTag)
        {
            if (!DateTime.TryParseExact(shot.Text(tag)?.TrimEnd('\0', ' '), "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return null;
            var local = time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
            var offset = shot.Text(offsetTag)?.Trim('\0', ' ') ?? "";
            var zoned = local + offset;
            return offset.Length == 6 && DateTimeOffset.TryParseExact(zoned, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? zoned : local;
        }
    }

    public static ImagePlace? Place(this GpsDirectory gps)
    {
        if (gps.GetGeoLocation() is not { IsZero: false } at || !(Math.Abs(at.Latitude) <= 90) || !(Math.Abs(at.Longitude) <= 180)) return null;
        double? altitude = gps.TryGetDouble(GpsDirectory.TagAltitude, out var metres) && Math.Abs(metres) <= 100_000 ? metres : null;
        if (gps.TryGetInt32(GpsDirectory.TagAltitudeRef, out var below) && below == 1) altitude = -altitude;
        return new ImagePlace(Math.Round(at.Latitude, 6), Math.Round(at.Longitude, 6), altitude is { } value ? Math.Round(value, 1) : null);
    }

    private sealed class Handler(List<Directory> directories) : ExifTiffHandler(directories)
    {
        // True says that the tag has been dealt with.
        public override bool CustomProcessTag(int tagOffset, ICollection<int> processedIfdOffsets, IndexedReader reader, int tagId, int byteCount) => tagId switch
        {
            0x927C or 0x02BC or 0x83BB or 0x8649 or 0x8773 or 0xC4A5 => true,
            _ => base.CustomProcessTag(tagOffset, processedIfdOffsets, reader, tagId, byteCount),
        };
    }
}
