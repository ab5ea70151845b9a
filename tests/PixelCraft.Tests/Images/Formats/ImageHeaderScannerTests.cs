using System.Buffers.Binary;
using CsCheck;
using PixelCraft.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Images.Formats;

public sealed class ImageHeaderScannerTests
{
    private static readonly byte[] JpegStart = [0xFF, 0xD8];
    private static readonly byte[] PngStart = [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8];

    public static TheoryData<string, byte[], HeaderResult> Files => new()
    {
        { "JPEG", [.. JpegStart, .. Sof(0xC0, 640, 480)], HeaderResult.Found(ImageFormat.Jpeg, 640, 480) },
        { "JPEG, progressive, after metadata", [.. JpegStart, .. App(65_000), .. App(2), .. Sof(0xC2, 1, 65_535)], HeaderResult.Found(ImageFormat.Jpeg, 1, 65_535) },
        { "JPEG, fill bytes", [.. JpegStart, 0xFF, 0xFF, 0xFF, .. App(10), .. Sof(0xC1, 3, 4)], HeaderResult.Found(ImageFormat.Jpeg, 3, 4) },
        { "JPEG, stray bytes between segments", [.. JpegStart, .. App(10), 1, 2, 3, .. Sof(0xC0, 3, 4)], HeaderResult.Found(ImageFormat.Jpeg, 3, 4) },
        { "JPEG, Huffman tables are no frame", [.. JpegStart, 0xFF, 0xC4, 0, 4, 9, 9, .. Sof(0xC0, 5, 6)], HeaderResult.Found(ImageFormat.Jpeg, 5, 6) },
        { "JPEG, height after the pixels", [.. JpegStart, .. Sof(0xC0, 5, 0)], HeaderResult.Damaged("The file tells an impossible size.") },
        { "JPEG, pixels first", [.. JpegStart, 0xFF, 0xDA, 0, 2], HeaderResult.Damaged("The JPEG file does not tell its size.") },
        { "JPEG, broken length", [.. JpegStart, 0xFF, 0xE0, 0, 1, 0], HeaderResult.Damaged("The JPEG file has a broken segment.") },
        { "JPEG, cut", [.. JpegStart, .. App(100)], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "PNG", [.. PngStart, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 1, 0, 0, 0, 2, 0, 8], HeaderResult.Found(ImageFormat.Png, 256, 512) },
        { "PNG, no header", [.. PngStart, 0, 0, 0, 13, .. "CgBI"u8, 0, 0, 1, 0, 0, 0, 2, 0], HeaderResult.Damaged("The PNG file does not begin with its header.") },
        { "PNG, impossible", [.. PngStart, 0, 0, 0, 13, .. "IHDR"u8, 0x80, 0, 1, 0, 0, 0, 2, 0], HeaderResult.Damaged("The file tells an impossible size.") },
        { "PNG, cut", [.. PngStart, 0], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "GIF", [.. "GIF89a"u8, 10, 0, 1, 2, 0, 0, 0], HeaderResult.Found(ImageFormat.Gif, 10, 513) },
        { "GIF, old", [.. "GIF87a"u8, 10, 0, 1, 2, 0, 0, 0], HeaderResult.Found(ImageFormat.Gif, 10, 513) },
        { "GIF, empty", [.. "GIF89a"u8, 0, 0, 1, 2, 0, 0, 0], HeaderResult.Damaged("The file tells an impossible size.") },
        { "WebP, lossy", [.. WebP("VP8 "), 0, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x42, 0xE0, 0x81], HeaderResult.Found(ImageFormat.WebP, 0x280, 0x1E0) },
        { "WebP, lossless", [.. WebP("VP8L"), 0x2F, 0x63, 0xC0, 0x18, 0x00], HeaderResult.Found(ImageFormat.WebP, 100, 100) },
        { "WebP, extended", [.. WebP("VP8X"), 0, 0, 0, 0, 0xFF, 0xFF, 0, 0x01, 0, 1], HeaderResult.Found(ImageFormat.WebP, 65_536, 65_538) },
        { "WebP, no key frame", [.. WebP("VP8 "), 1, 0, 0, 0x9D, 0x01, 0x2A, 1, 0, 1, 0], HeaderResult.Damaged("The WebP file does not begin with an image.") },
        { "WebP, another chunk", [.. WebP("ANIM")], HeaderResult.Damaged("The WebP file does not begin with an image.") },
        { "WebP, cut", [.. WebP("VP8X"), 0], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "RIFF that is sound", [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVEfmt "u8], HeaderResult.Unknown },
        { "text", [.. "<svg xmlns='http://www.w3.org/2000/svg'/>"u8], HeaderResult.Unknown },
        { "JPEG of 12 bits", [.. JpegStart, 0xFF, 0xC1, 0, 17, 12, 1, 0, 1, 0, 3], HeaderResult.Damaged("This JPEG file has 12 bits per colour; only those of 8 are read.") },
        { "GIF of three frames", [.. Gif(10, 20), .. GifComment, .. GifFrame(0, 0, 10, 20), .. GifFrame(1, 1, 2, 2), .. GifComment, .. GifFrame(0, 0, 1, 1), 0x3B, .. GifFrame(0, 0, 1, 1)], HeaderResult.Found(ImageFormat.Gif, 10, 20) with { Frames = 3 } },
        { "GIF with a frame beyond its screen", [.. Gif(10, 20), .. GifFrame(5, 0, 65_535, 7), 0x3B], HeaderResult.Found(ImageFormat.Gif, 65_540, 20) },
        { "GIF without trailer", [.. Gif(10, 20), .. GifFrame(0, 0, 10, 20)], HeaderResult.Found(ImageFormat.Gif, 10, 20) },
        { "GIF, cut in its second frame", [.. Gif(10, 20), .. GifFrame(0, 0, 10, 20), .. GifFrame(0, 0, 10, 20)[..^3]], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "WebP of two frames", [.. WebP("VP8X"), 2, 0, 0, 0, 9, 0, 0, 19, 0, 0, .. Chunk("ANIM", 6), .. Chunk("ANMF", 31), .. Chunk("ANMF", 40), .. Chunk("EXIF", 3)], HeaderResult.Found(ImageFormat.WebP, 10, 20) with { Frames = 2 } },
        { "TIFF, size at the end", [.. "II*\0"u8, 40, 0, 0, 0, .. new byte[32], 3, 0, .. Entry(254, 4, 0), .. Entry(256, 3, 640), .. Entry(257, 4, 70_000)], HeaderResult.Found(ImageFormat.Tiff, 640, 70_000) },
        { "TIFF, size right behind the header", [.. "II*\0"u8, 8, 0, 0, 0, 2, 0, .. Entry(256, 3, 640), .. Entry(257, 4, 480)], HeaderResult.Found(ImageFormat.Tiff, 640, 480) },
        { "TIFF, directory in the header", [.. "II*\0"u8, 7, 0, 0, 0, 2, 0, .. Entry(256, 3, 640), .. Entry(257, 4, 480)], HeaderResult.Damaged("The TIFF file does not tell its size.") },
        { "TIFF, big-endian", [.. "MM\0*"u8, 0, 0, 0, 16, .. new byte[8], 0, 2, 1, 0, 0, 3, 0, 0, 0, 1, 2, 0x80, 0, 0, 1, 1, 0, 4, 0, 0, 0, 1, 0, 0, 1, 0], HeaderResult.Found(ImageFormat.Tiff, 640, 256) },
        { "BigTIFF", [.. "II+\0"u8, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, .. BigEntry(256, 16, 640), .. BigEntry(257, 3, 480)], HeaderResult.Found(ImageFormat.Tiff, 640, 480) },
        { "TIFF without size", [.. "II*\0"u8, 16, 0, 0, 0, .. new byte[8], 1, 0, .. Entry(254, 4, 0)], HeaderResult.Damaged("The TIFF file does not tell its size.") },
        { "TIFF, cut", [.. "II*\0"u8, 16, 0, 0, 0, .. new byte[8], 9, 0], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "AVIF", [.. Ftyp("avif", "mif1"), .. Box("free", 9), .. Meta, .. Box("mdat", 100)], HeaderResult.Found(ImageFormat.Avif, 640, 480) },
        { "AVIF, pixels first", [.. Ftyp("avif", "mif1"), .. Box("mdat", 100), .. Meta], HeaderResult.Found(ImageFormat.Avif, 640, 480) },
        { "HEIC", Heic, HeaderResult.Found(ImageFormat.Heic, 640, 480) },
        { "HEIC, cut", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "AVIF without size", [.. Ftyp("avif", "mif1"), 0, 0, 0, 0, .. "mdat"u8, 1, 2, 3], HeaderResult.Damaged("The file does not tell its size.") },
        { "a film", [.. Ftyp("isom", "mp42"), .. Box("mdat", 100)], HeaderResult.Unknown },
        { "short", [1], HeaderResult.Unknown },
        { "shorter than any signature", [1, 2, 3, 4, 5], HeaderResult.Unknown },
        { "GIF, shorter than its header", [.. "GIF89a"u8], HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) },
        { "nothing", [], HeaderResult.Damaged("The file is empty.") },
    };

    private static byte[] GifComment => [0x21, 0xFE, 2, 0x2C, 0x2C, 0];

    /// <summary>As much of a HEIC file as tells what it is.</summary>
    internal static byte[] Heic => [.. Ftyp("mif1", "heic"), .. Meta, .. Box("mdat", 100)];

    private static byte[] Meta =>
    [
        0, 0, 0, 70, .. "meta"u8, 0, 0, 0, 0,
        0, 0, 0, 58, .. "iprp"u8, 0, 0, 0, 50, .. "ipco"u8, 0, 0, 0, 20, .. "ispe"u8, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 64,
        0, 0, 0, 20, .. "ispe"u8, 0, 0, 0, 0, 0, 0, 2, 128, 0, 0, 1, 224,
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Feed_AFile_Tells(string name, byte[] file, HeaderResult expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(expected, Scan(file, file.Length));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Feed_CutAnyhow_TellsTheSame(string name, byte[] file, HeaderResult expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(expected, Scan(file, 1));
        Gen.Int[1, Math.Max(1, file.Length)].Array[1, 20].Sample(cuts => Scan(file, cuts) == expected, iter: 50);
    }

    [Fact]
    public void Feed_RandomBytes_NeverThrowsAndAlwaysDecides() =>
        Gen.Select(Gen.Int[0, 8], Gen.Byte.Array[0, 400]).Sample((kind, bytes) =>
        {
            byte[] start = kind switch
            {
                1 => [0xFF, 0xD8, 0xFF],
                2 => PngStart,
                3 => [.. "GIF89a"u8],
                4 => WebP("VP8X"),
                5 => WebP("VP8L"),
                6 => [.. "II*\0"u8, 16, 0, 0, 0],
                7 => Ftyp("avif", "mif1"),
                8 => [.. Gif(3, 4)],
                _ => [],
            };
            byte[] file = [.. start, .. bytes];
            var whole = Scan(file, file.Length + 1);
            return whole.Outcome != HeaderOutcome.NeedMore
                && whole == Scan(file, 1)
                && (whole.Outcome == HeaderOutcome.Found) == (whole.Width > 0 && whole.Height > 0)
                && (whole.Outcome == HeaderOutcome.Damaged) == (whole.Reason is not null);
        });

    [Fact]
    public void Feed_MegabytesOfMetadata_KeepsNothing()
    {
        var scanner = new ImageHeaderScanner();
        scanner.Feed(JpegStart);
        var segment = App(65_000);
        scanner.Feed(segment);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++) scanner.Feed(segment);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(HeaderResult.NeedMore, scanner.Result);
        Assert.Equal(HeaderResult.Found(ImageFormat.Jpeg, 7, 8), scanner.Feed(Sof(0xC0, 7, 8)));
    }

    [Fact]
    public void Feed_AfterAResult_ChangesNothing()
    {
        var scanner = new ImageHeaderScanner();
        scanner.Feed([.. JpegStart, .. Sof(0xC0, 7, 8)]);

        Assert.Equal(HeaderResult.Found(ImageFormat.Jpeg, 7, 8), scanner.Feed([.. JpegStart, .. Sof(0xC0, 1, 1)]));
        Assert.Equal(HeaderResult.Found(ImageFormat.Jpeg, 7, 8), scanner.Complete());
    }

    [Fact]
    public void ContentType_OfEveryFormat_IsSaid() =>
        Assert.All(Enum.GetValues<ImageFormat>(), format => Assert.StartsWith("image/", format.ContentType(), StringComparison.Ordinal));

    private static byte[] Gif(ushort width, ushort height) => [.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 1, 2, 3, 4, 5, 6];

    /// <summary>A frame with a table of two colours and one sub-block, which looks like the beginning of a frame.</summary>
    private static byte[] GifFrame(ushort x, ushort y, ushort width, ushort height) =>
    [
        0x2C, (byte)x, (byte)(x >> 8), (byte)y, (byte)(y >> 8), (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80,
        1, 2, 3, 4, 5, 6, 2, 3, 0x2C, 0x2C, 0x2C, 0,
    ];

    private static byte[] Chunk(string name, int length) => [.. System.Text.Encoding.ASCII.GetBytes(name), (byte)length, 0, 0, 0, .. new byte[length + (length & 1)]];

    private static byte[] Entry(ushort tag, byte type, int value) => [(byte)tag, (byte)(tag >> 8), type, 0, 1, 0, 0, 0, .. BitConverter.GetBytes(value)];

    private static byte[] BigEntry(ushort tag, byte type, long value) => [(byte)tag, (byte)(tag >> 8), type, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(value)];

    private static byte[] Box(string type, int length) => [0, 0, 0, (byte)(length + 8), .. System.Text.Encoding.ASCII.GetBytes(type), .. new byte[length]];

    private static byte[] Ftyp(string major, string compatible) =>
        [0, 0, 0, 20, .. "ftyp"u8, .. System.Text.Encoding.ASCII.GetBytes(major), 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(compatible)];

    private static HeaderResult Scan(byte[] file, params int[] cuts)
    {
        var scanner = new ImageHeaderScanner();
        for (int at = 0, i = 0; at < file.Length; i++)
        {
            var length = Math.Min(cuts[i % cuts.Length], file.Length - at);
            scanner.Feed(file.AsSpan(at, length));
            at += length;
        }
        return scanner.Complete();
    }

    private static byte[] Sof(byte code, ushort width, ushort height)
    {
        byte[] segment = [0xFF, code, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(5), height);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(7), width);
        return segment;
    }

    // Filled with what looks like a frame, as an embedded thumbnail does.
    private static byte[] App(ushort length)
    {
        var segment = new byte[length + 2];
        (segment[0], segment[1]) = (0xFF, 0xE1);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), length);
        for (var i = 4; i + 19 < segment.Length; i += 19) Sof(0xC0, 99, 99).CopyTo(segment, i);
        return segment;
    }

    private static byte[] WebP(string chunk) => [.. "RIFF"u8, 200, 0, 0, 0, .. "WEBP"u8, .. System.Text.Encoding.ASCII.GetBytes(chunk), 100, 0, 0, 0];
}
