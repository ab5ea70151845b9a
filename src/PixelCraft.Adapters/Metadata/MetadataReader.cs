using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Iptc;
using NetVips;
using PixelCraft.Images.Contracts;
using Directory = MetadataExtractor.Directory;

namespace PixelCraft.Adapters.Metadata;

/// <summary>
/// Reads what an original says about itself. libvips finds the blocks of EXIF, IPTC and XMP in their containers, as it does
/// for decoding; MetadataExtractor reads EXIF and IPTC, with all that nobody needs left out (<see cref="ExifFields"/>); XMP is read
/// by the framework's own reader. Runs where the decoder runs, since it meets the same bytes.
/// </summary>
internal static class MetadataReader
{
    /// <summary>A block of more bytes is not looked at.</summary>
    private const int MaxBlock = 4 * 1024 * 1024;

    private static ReadOnlySpan<byte> ExifMark => "Exif\0\0"u8;

    /// <summary>What the file says; null when that is nothing, or nothing that can be read: an image is none the worse for it.</summary>
    public static ImageMetadata? Read(string path)
    {
        var exif = Attempt(() => Exif(path)) ?? [];
        var iptc = Attempt(() => Block(path, "iptc-data") is { } block ? IptcBlock.Read(block) : null);
        var xmp = Attempt(() => Block(path, "xmp-data") is { } block ? XmpFields.Read(block) : null);
        var found = Found(exif, iptc, xmp);
        return found == new ImageMetadata { Keywords = found.Keywords } && found.Keywords.Count == 0 ? null : found;
    }

    private static ImageMetadata Found(IReadOnlyList<Directory> exif, IptcDirectory? iptc, XmpFields? xmp)
    {
        var camera = exif.OfType<ExifIfd0Directory>().FirstOrDefault();
        var shot = exif.OfType<ExifSubIfdDirectory>().FirstOrDefault();
        return new ImageMetadata
        {
            Make = MetadataText.Line(camera?.Text(ExifDirectoryBase.TagMake)),
            Model = MetadataText.Line(camera?.Text(ExifDirectoryBase.TagModel)),
            Lens = MetadataText.Line(shot?.Text(ExifDirectoryBase.TagLensModel)),
            ExposureSeconds = shot?.Number(ExifDirectoryBase.TagExposureTime, 100_000),
            Aperture = shot?.Number(ExifDirectoryBase.TagFNumber, 1_000),
            Iso = (int?)shot?.Number(ExifDirectoryBase.TagIsoEquivalent, 10_000_000),
            FocalLength = shot?.Number(ExifDirectoryBase.TagFocalLength, 100_000),
            FocalLength35 = (int?)shot?.Number(ExifDirectoryBase.Tag35MMFilmEquivFocalLength, 100_000),
            TakenLocal = shot?.Taken(),
            Orientation = (int?)camera?.Number(ExifDirectoryBase.TagOrientation, 8),
            Title = MetadataText.Line(xmp?.Title) ?? MetadataText.Line(iptc?.Text(IptcDirectory.TagObjectName)),
            Description = MetadataText.Lines(xmp?.Description) ?? MetadataText.Lines(iptc?.Text(IptcDirectory.TagCaption))
                ?? MetadataText.Lines(camera?.Text(ExifDirectoryBase.TagImageDescription)),
            Keywords =
            [
                .. (iptc?.Texts(IptcDirectory.TagKeywords) ?? []).Concat(xmp?.Keywords ?? [])
                    .Select(MetadataText.Line).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Take(ImageMetadata.MaxKeywords),
            ],
            Rating = xmp?.Rating,
            Place = exif.OfType<GpsDirectory>().FirstOrDefault()?.Place(),
        };
    }

    private static IReadOnlyList<Directory> Exif(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenRead(path);
        // A TIFF is EXIF's own container; libvips does not hand its fields on.
        if (file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && (start.SequenceEqual("II*\0"u8) || start.SequenceEqual("MM\0*"u8)))
            return ExifFields.Read(file);
        if (Block(path, "exif-data") is not { } block) return [];
        var from = block.AsSpan().StartsWith(ExifMark) ? ExifMark.Length : 0;
        return ExifFields.Read(new MemoryStream(block, from, block.Length - from, writable: false));
    }

    private static byte[]? Block(string path, string field)
    {
        using var source = Source.NewFromFile(path);
        using var image = Image.NewFromSource(source, access: Enums.Access.Sequential);
        return image.Contains(field) && image.Get(field) is byte[] { Length: <= MaxBlock } block ? block : null;
    }

    /// <summary>Whatever is wrong with these bytes, and whatever a reader makes of it, is no reason to refuse an image.</summary>
    private static T? Attempt<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}
