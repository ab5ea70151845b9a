using System.Text;
using NetVips;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Formats;
using PixelCraft.Tests.Images;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What an original says about itself, read with the variants; all of it by strangers.</summary>
public abstract partial class ImageEngineContract
{
    private const string Xmp = """
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4">
        <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Sea &amp; sky</rdf:li><rdf:li xml:lang="de">Meer</rdf:li></rdf:Alt></dc:title>
        <dc:description><rdf:Alt><rdf:li xml:lang="x-default">First line
        second</rdf:li></rdf:Alt></dc:description>
        <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>Ölfarbe</rdf:li></rdf:Bag></dc:subject>
        <dc:creator><rdf:Seq><rdf:li>nobody</rdf:li></rdf:Seq></dc:creator>
        </rdf:Description></rdf:RDF></x:xmpmeta>
        """;

    private static readonly byte[] Exif = ExifBuilder.Tiff(
        [(0x010F, "Canon"), (0x0110, "EOS R5"), (0x0112, (ushort)1)],
        [
            (0x829A, new[] { (1u, 250u) }), (0x829D, new[] { (28u, 10u) }), (0x8827, (ushort)400), (0x9003, "2024:05:01 12:34:56"), (0x9011, "+02:00"),
            (0x920A, new[] { (35u, 1u) }), (0xA405, (ushort)56), (0xA434, "RF35mm F1.8"),
        ],
        [
            (1, "N"), (2, new[] { (48u, 1u), (51u, 1u), (30u, 1u) }), (3, "W"), (4, new[] { (2u, 1u), (17u, 1u), (4020u, 100u) }),
            (5, (byte)1), (6, new[] { (125u, 10u) }),
        ]);

    private static readonly ImageMetadata OfExif = new()
    {
        Make = "Canon",
        Model = "EOS R5",
        Lens = "RF35mm F1.8",
        ExposureSeconds = 0.004,
        Aperture = 2.8,
        Iso = 400,
        FocalLength = 35,
        FocalLength35 = 56,
        TakenLocal = "2024-05-01T12:34:56+02:00",
        Orientation = 1,
        Place = new ImagePlace(48.858333, -2.2945, -12.5),
    };

    [Fact]
    public async Task Metadata_OfExifIptcAndXmp_IsRead()
    {
        var jpeg = ExifBuilder.Jpeg(Small().JpegsaveBuffer(keep: Enums.ForeignKeep.None), 0xE1, [.. "Exif\0\0"u8, .. Exif]);
        jpeg = ExifBuilder.Jpeg(jpeg, 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.UTF8.GetBytes(Xmp)]);
        jpeg = ExifBuilder.Jpeg(jpeg, 0xED, ExifBuilder.Photoshop(
            (5, [.. "IPTC's title"u8]), (120, [.. "IPTC's caption"u8]), (25, [.. "Sea"u8]), (25, [.. "boat"u8])));

        var metadata = await MetadataAsync(jpeg);

        Same(OfExif with { Title = "Sea & sky", Description = "First line\nsecond", Keywords = ["Sea", "boat", "Ölfarbe"], Rating = 4 }, metadata);
        Assert.Equal(new DateTimeOffset(2024, 5, 1, 10, 34, 56, TimeSpan.Zero), metadata!.TakenAt());
        Assert.Null(metadata.WithoutPlace().Place);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    [InlineData("heic")]
    public async Task Metadata_OfEveryContainer_IsRead(string kind)
    {
        using var image = Small().Mutate(mutable =>
        {
            mutable.Set(GValue.BlobType, "exif-data", (byte[])[.. "Exif\0\0"u8, .. Exif]);
            mutable.Set(GValue.BlobType, "xmp-data", Encoding.UTF8.GetBytes(Xmp));
        });
        var metadata = await MetadataAsync(kind switch
        {
            "jpg" => image.JpegsaveBuffer(),
            "png" => image.PngsaveBuffer(),
            "avif" => image.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0),
            "heic" => await HeicAsync(image.JpegsaveBuffer()),
            _ => image.WebpsaveBuffer(),
        });

        Assert.Equal(("Canon", "EOS R5", 0.004, 400, "Sea & sky"), (metadata?.Make, metadata?.Model, metadata?.ExposureSeconds, metadata?.Iso, metadata?.Title));
        Assert.Equal(48.858333, metadata!.Place!.Latitude);
    }

    [Fact]
    public async Task Metadata_OfATiff_IsRead()
    {
        // Its own container: four rows of four grey pixels, which are any bytes of the file, and the fields of EXIF and XMP beside them.
        var tiff = ExifBuilder.Tiff(
            [
                (256, (ushort)4), (257, (ushort)4), (258, (ushort)8), (259, (ushort)1), (262, (ushort)1), (0x010F, "Canon"), (0x0110, "EOS R5"),
                (273, 8u), (277, (ushort)1), (278, (ushort)4), (279, 16u), (700, Encoding.UTF8.GetBytes(Xmp)),
            ],
            [(0x829A, new[] { (1u, 250u) }), (0x8827, (ushort)400)],
            [(1, "N"), (2, new[] { (48u, 1u), (51u, 1u), (30u, 1u) }), (3, "W"), (4, new[] { (2u, 1u), (17u, 1u), (4020u, 100u) })]);

        var metadata = await MetadataAsync(tiff);

        Assert.Equal(("Canon", "EOS R5", 0.004, 400, "Sea & sky"), (metadata?.Make, metadata?.Model, metadata?.ExposureSeconds, metadata?.Iso, metadata?.Title));
        Assert.Equal(48.858333, metadata!.Place!.Latitude);
    }

    private async Task<byte[]> HeicAsync(byte[] jpeg)
    {
        Assert.SkipWhen(HeicConverter.Path is null || !File.Exists("/usr/bin/heif-enc"), HeicConverter.HowToGetIt);
        var heic = Path.Combine(_folder, "metadata.heic");
        var made = await PixelCraft.Cluster.Programs.RunAsync("heif-enc", [Save("metadata.jpg", jpeg), "-o", heic], ct: Ct);
        Assert.True(made.ExitCode == 0, made.Error);
        return await File.ReadAllBytesAsync(heic, Ct);
    }

    [Fact]
    public async Task Metadata_OfIptcAlone_IsRead()
    {
        var jpeg = ExifBuilder.Jpeg(Small().JpegsaveBuffer(keep: Enums.ForeignKeep.None), 0xED, ExifBuilder.Photoshop((5, [.. "Title"u8]), (120, [.. "Caption"u8]), (25, [.. "one"u8]), (25, [.. "two"u8])));
        Same(new ImageMetadata { Title = "Title", Description = "Caption", Keywords = ["one", "two"] }, await MetadataAsync(jpeg));
    }

    [Fact]
    public async Task Metadata_OfAnImageWithout_IsNull()
    {
        Assert.Null(await MetadataAsync(Small().PngsaveBuffer(keep: Enums.ForeignKeep.None)));
        // EXIF that says no more than that it is upright.
        Assert.Null(await MetadataAsync(Small().JpegsaveBuffer()));
    }

    [Fact]
    public async Task Metadata_OfRealPhotographs_IsWhatTheCameraWrote()
    {
        var photographs = (await servers.PhotographsAsync()).ToDictionary(path => Path.GetFileName(path));
        Assert.SkipUnless(photographs.ContainsKey("elephants-3840x2160.jpg") && photographs.ContainsKey("dune.jpg"), "These photographs are not here.");

        var elephants = (await RenderedAsync(photographs["elephants-3840x2160.jpg"])).Metadata!;
        Assert.Equal(("SONY", "DSC-RX100M4", 1 / 80.0, 3.5, 125, 8.8), (elephants.Make, elephants.Model, elephants.ExposureSeconds, elephants.Aperture, elephants.Iso, elephants.FocalLength));
        Assert.StartsWith("2020-02-19T16:35:05", elephants.TakenLocal, StringComparison.Ordinal);

        // Written for a lens that the camera can't ask: 0/1 is no aperture and no focal length.
        var dune = (await RenderedAsync(photographs["dune.jpg"])).Metadata!;
        Assert.Equal(("Canon", 1 / 4000.0, null, null, 100), (dune.Make, dune.ExposureSeconds, dune.Aperture, dune.FocalLength, dune.Iso));
    }

    [Fact]
    public async Task Metadata_HostileTexts_AreMadeHarmless()
    {
        var exif = ExifBuilder.Tiff(
            [(0x010F, "<script>alert(1)</script>"), (0x0110, "a\u0000\u0007b\u001b[31m\r\nc\u202Etxt.exe"), (0x010E, (byte[])[0xFF, 0xFE, (byte)'x', 0xC3, 0])],
            [(0xA434, new string('l', 5_000)), (0x9003, "9999:99:99 99:99:99"), (0x829A, new[] { (1u, 0u) }), (0x829D, new[] { (uint.MaxValue, 1u) })],
            [(1, "N"), (2, new[] { (4800u, 1u), (0u, 1u), (0u, 1u) }), (3, "E"), (4, new[] { (2u, 1u), (0u, 1u), (0u, 1u) })]);
        var xmp = Xmp.Replace("Sea &amp; sky", "&lt;img src=x onerror=alert(1)&gt;", StringComparison.Ordinal).Replace("\"4\"", "\"-17\"", StringComparison.Ordinal)
            .Replace("<rdf:li>sea</rdf:li>", string.Concat(Enumerable.Range(0, 500).Select(i => $"<rdf:li>k{i}</rdf:li>")), StringComparison.Ordinal);
        var jpeg = ExifBuilder.Jpeg(Small().JpegsaveBuffer(keep: Enums.ForeignKeep.None), 0xE1, [.. "Exif\0\0"u8, .. exif]);
        jpeg = ExifBuilder.Jpeg(jpeg, 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.UTF8.GetBytes(xmp)]);

        var metadata = (await MetadataAsync(jpeg))!;

        // Text stays text: pages and JSON escape it where it is written.
        Assert.Equal("<script>alert(1)</script>", metadata.Make);
        Assert.Equal("<img src=x onerror=alert(1)>", metadata.Title);
        foreach (var text in (string?[])[metadata.Make, metadata.Model, metadata.Lens, metadata.Title, metadata.Description, .. metadata.Keywords])
            Assert.DoesNotContain(text ?? "", c => (char.IsControl(c) && c != '\n') || c is '\u202E' || char.IsSurrogate(c));
        Assert.Equal(ImageMetadata.MaxText, metadata.Lens!.Length);
        Assert.Equal(ImageMetadata.MaxKeywords, metadata.Keywords.Count);
        Assert.Equal((null, null, null, null, null), (metadata.TakenLocal, metadata.ExposureSeconds, metadata.Aperture, metadata.Rating, metadata.Place));
    }

    [Fact]
    public async Task Metadata_OfAMegabyte_IsSurvived()
    {
        var png = Small().PngsaveBuffer(keep: Enums.ForeignKeep.None);
        var large = ExifBuilder.Tiff([(0x010F, "Canon"), (0x010E, new string('d', 1_000_000))], [], []);
        var metadata = (await MetadataAsync(ExifBuilder.Png(png, "eXIf", large)))!;
        Assert.Equal("Canon", metadata.Make);
        Assert.Equal(ImageMetadata.MaxDescription, metadata.Description!.Length);

        // A directory of many entries, each of them a pointer to a directory that is the same.
        var loops = new List<byte> { (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 0xD0, 0x07 };
        for (var i = 0; i < 2_000; i++) loops.AddRange([0x69, 0x87, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
        await MetadataAsync(ExifBuilder.Png(png, "eXIf", [.. loops, 8, 0, 0, 0]));
    }

    [Theory]
    [InlineData("nested")]
    [InlineData("entities")]
    [InlineData("outside")]
    [InlineData("cut")]
    [InlineData("zeros")]
    public async Task Metadata_HostileXmp_IsSurvived(string kind)
    {
        var xmp = kind switch
        {
            "nested" => string.Concat(Enumerable.Repeat("<a>", 300_000)),
            "entities" => "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>" + Xmp.Replace("Meer", "&c;", StringComparison.Ordinal),
            "outside" => "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" + Xmp,
            "cut" => Xmp[..^200],
            _ => new string('\0', 100_000),
        };
        using var image = Small().Mutate(mutable => mutable.Set(GValue.BlobType, "xmp-data", Encoding.UTF8.GetBytes(xmp)));
        var metadata = await MetadataAsync(image.WebpsaveBuffer());
        if (kind == "cut") Assert.Equal("Sea & sky", metadata!.Title);
        else Assert.Null(metadata);

        // And where EXIF holds it (tag 700), which is not looked into.
        var exif = ExifBuilder.Tiff([(0x010F, "Canon"), (0x02BC, Encoding.UTF8.GetBytes(xmp))], [], []);
        Assert.Equal("Canon", (await MetadataAsync(ExifBuilder.Png(Small().PngsaveBuffer(keep: Enums.ForeignKeep.None), "eXIf", exif)))!.Make);
    }

    [Fact]
    public async Task Metadata_AnyBytesChanged_NeverHarmsTheImage()
    {
        var random = new Random(20261125);
        var (jpeg, iptc) = (Small().JpegsaveBuffer(keep: Enums.ForeignKeep.None), ExifBuilder.Photoshop((5, [.. "Title"u8]), (25, [.. "one"u8])));
        for (var round = 0; round < 150; round++)
        {
            var exif = (byte[])Exif.Clone();
            var xmp = Encoding.UTF8.GetBytes(Xmp);
            var photoshop = (byte[])iptc.Clone();
            foreach (var block in (byte[][])[exif, xmp, photoshop])
                for (var i = random.Next(8); i >= 0; i--) block[random.Next(block.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            var file = ExifBuilder.Jpeg(ExifBuilder.Jpeg(ExifBuilder.Jpeg(jpeg, 0xE1, [.. "Exif\0\0"u8, .. exif]), 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. xmp]), 0xED, photoshop);

            var metadata = await MetadataAsync(file);

            if (metadata is null) continue;
            Assert.All(
                (string?[])[metadata.Make, metadata.Model, metadata.Lens, metadata.Title, metadata.TakenLocal, .. metadata.Keywords],
                text => Assert.True(text is null or { Length: > 0 and <= ImageMetadata.MaxText }));
            Assert.True(metadata.Place is null or { Latitude: >= -90 and <= 90, Longitude: >= -180 and <= 180 });
        }
    }

    private static Image Small() => Plain(16, 12, 200, 100, 50);

    private static void Same(ImageMetadata expected, ImageMetadata? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Keywords, actual.Keywords);
        Assert.Equal(expected, actual with { Keywords = expected.Keywords });
    }

    private async Task<ImageMetadata?> MetadataAsync(byte[] file) => (await RenderedAsync(Save("a", file))).Metadata;
}
