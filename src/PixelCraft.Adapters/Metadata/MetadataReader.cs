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
        var blocks = Attempt(() => Blocks(path)) ?? [];
        var exif = Attempt(() => Exif(path, blocks.GetValueOrDefault("exif-data"))) ?? [];
        var iptc = blocks.TryGetValue("iptc-data", out var block) ? Attempt(() => IptcBlock.Read(block)) : null;
        var xmp = blocks.TryGetValue("xmp-data", out block) ? Attempt(() => XmpFields.Read(block)) : null;
        var found = Found(exif, iptc, xmp);
        // How it is turned, which programs write into everything and which variants have done, is as good as nothing.
        return found == new ImageMetadata { Keywords = found.Keywords, Orientation = found.Orientation } && found.Keywords.Count == 0 ? null : found;
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

    private static IReadOnlyList<Directory> Exif(string path, byte[]? block)
    {
        if (block is not null)
        {
            var from = block.AsSpan().StartsWith(ExifMark) ? ExifMark.Length : 0;
            return ExifFields.Read(new MemoryStream(block, from, block.Length - from, writable: false));
        }
        // A TIFF is EXIF's own container; libvips does not hand its fields on.
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenRead(path);
        var isTiff = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && (start.SequenceEqual("II*\0"u8) || start.SequenceEqual("MM\0*"u8));
        return isTiff ? ExifFields.Read(file) : [];
    }

    private static Dictionary<string, byte[]> Blocks(string path)
    {
        using var source = Source.NewFromFile(path);
        using var image = Image.NewFromSource(source, access: Enums.Access.Sequential);
        var blocks = new Dictionary<string, byte[]>();
        foreach (var field in (string[])["exif-data", "iptc-data", "xmp-data"])
            if (image.Contains(field) && image.Get(field) is byte[] { Length: <= MaxBlock } block) blocks.Add(field, block);
        return blocks;
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
