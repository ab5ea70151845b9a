using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NetVips;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using Xunit;

namespace PixelCraft.Tests.Adapters.Rendering;

/// <summary>Files that were made to do harm: each has an answer, the child keeps its limit of memory, and nothing is left behind.</summary>
public sealed class HostileFilesTests : IAsyncLifetime
{
    private const int MemoryLimit = 512;

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-hostile-").FullName;
    private readonly RenderProcesses _processes = RenderProcessesTests.Start(new EngineOptions { Processes = 2, MemoryLimit = MemoryLimit });

    public static TheoryData<string> Kinds => ["jpg", "progressive.jpg", "png", "interlaced.png", "gif", "animated.gif", "webp", "lossless.webp", "animated.webp", "avif", "tiff"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // Now that none has anything to do.
        foreach (var child in _processes.Ids) Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(new FileInfo($"/proc/{child}/cwd").LinkTarget)!, "*", SearchOption.AllDirectories));
        await _processes.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Render_TruncatedAtEveryPercent_AlwaysAnswers(string kind)
    {
        var whole = Sample(kind);
        Assert.IsType<Rendered>(await RenderAsync(whole));

        await EachAsync(Enumerable.Range(0, 100), async percent =>
        {
            var result = await RenderAsync(whole[..(whole.Length * percent / 100)]);
            // What is cut after its last pixel may be read; at the half nothing is.
            Assert.True(result is Rejected || (percent >= 98 && result is Rendered), $"{kind} at {percent} %: {result}");
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Render_WithBitsFlipped_AlwaysAnswers(string kind)
    {
        var whole = Sample(kind);

        await EachAsync(Enumerable.Range(1, 60), async seed =>
        {
            var random = new Random(seed);
            var bytes = (byte[])whole.Clone();
            // Half of them in the headers, where they do more.
            for (var i = 0; i < 3; i++) bytes[random.Next(i % 2 == 0 ? Math.Min(400, bytes.Length) : bytes.Length)] ^= (byte)(1 << random.Next(8));
            var result = await RenderAsync(bytes);
            Assert.True(result is Rendered or Rejected or Faulted, $"{kind} with {seed}: {result}");
        });
    }

    [Fact]
    public async Task Render_AGifOf10000By10000_IsRejectedForItsMemory()
    {
        var result = await RenderAsync(Gif(10_000, 10_000, 1));

        Assert.Equal(new Rejected("This GIF of 10000 x 10000 pixels needs more memory than the limit of 512 MB."), result);
    }

    [Fact]
    public async Task Render_AGifOf100000Frames_IsRejectedForThem() =>
        Assert.Equal(new Rejected("The animation has more than 2,000 frames, which is the limit."), await RenderAsync(Gif(1, 1, 100_000)));

    [Fact]
    public async Task Render_AnAnimationWhosePixelsAreTooMany_IsRejected()
    {
        var rejected = Assert.IsType<Rejected>(await RenderAsync(Gif(2_000, 2_000, 60)));

        Assert.Contains("2000 x 2000 pixels in 60 frames", rejected.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30_000, 7_000)] // 210 megapixels: within the limit, and decoded line by line
    [InlineData(7_000, 30_000)]
    public async Task Render_APngOfManyPixelsInFewBytes_IsRenderedInBoundedMemory(int width, int height)
    {
        var rendered = Assert.IsType<Rendered>(await RenderAsync(BlackPng(width, height, [])));

        Assert.Equal((width, height), (rendered.Width, rendered.Height));
    }

    [Fact]
    public async Task Render_AJpegOf200Megapixels_IsRenderedInBoundedMemory()
    {
        using var photograph = Large(16_384, 12_288);

        var rendered = Assert.IsType<Rendered>(await RenderAsync(photograph.JpegsaveBuffer()));

        Assert.Equal((16_384, 12_288, VariantSizes.All.Count), (rendered.Width, rendered.Height, rendered.Variants.Count));
    }

    [Fact]
    public async Task Render_AProgressiveJpegOf200Megapixels_IsAFaultWithAReason()
    {
        // Its decoder holds all coefficients: 2 bytes for each, 1.5 for each pixel.
        using var photograph = Large(16_384, 12_288);

        Assert.Equal(new Faulted("This JPEG needs more memory than the limit of 512 MB."), await RenderAsync(photograph.JpegsaveBuffer(interlace: true)));
    }

    /// <summary>The same 64 x 48 pixels again and again.</summary>
    private static Image Large(int width, int height)
    {
        using var noise = Image.Gaussnoise(64, 48, sigma: 20, mean: 128, seed: 1).Cast(Enums.BandFormat.Uchar);
        using var tile = noise.Bandjoin(noise, noise).Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
        return tile.Replicate(width / 64, height / 48);
    }

    [Fact]
    public async Task Render_AnInterlacedPngThatNeedsMoreMemory_IsAFaultWithAReason()
    {
        using var black = Image.Black(14_000, 14_000, bands: 4).Copy(interpretation: Enums.Interpretation.Srgb);

        var fault = Assert.IsType<Faulted>(await RenderAsync(black.PngsaveBuffer(interlace: true, compression: 1)));

        Assert.Contains("needs more memory than the limit of 512 MB.", fault.Reason, StringComparison.Ordinal);
        // And the next file is none the worse for it.
        Assert.IsType<Rendered>(await RenderAsync(Sample("png")));
    }

    [Fact]
    public async Task Render_APngWithAGiantTextThatInflates_Answers()
    {
        // 100 MB of text in 100 KB.
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(new byte[100_000_000]);
        var result = await RenderAsync(BlackPng(64, 64, Png.Chunk("zTXt", [.. "Comment\0\0"u8, .. packed.ToArray()])));

        Assert.True(result is Rendered or Rejected, $"{result}");
    }

    [Fact]
    public async Task Render_APngWithAGiantText_Answers()
    {
        var result = await RenderAsync(BlackPng(64, 64, Png.Chunk("tEXt", [.. "Comment\0"u8, .. Enumerable.Repeat((byte)'x', 50_000_000)])));

        Assert.True(result is Rendered or Rejected, $"{result}");
    }

    [Theory]
    [InlineData("jpg", 65_535, 65_535)]
    [InlineData("png", 2_000_000_000, 2_000_000_000)]
    [InlineData("gif", 65_535, 65_535)]
    public async Task Render_AHugeHeader_IsRejectedBeforeItIsDecoded(string kind, int width, int height)
    {
        byte[] file = kind switch
        {
            "jpg" => [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xDA],
            "png" => BlackPng(width, height, [], rows: 1),
            _ => Gif((ushort)width, (ushort)height, 1),
        };

        Assert.Contains("pixels; the limit is 220 megapixels", Assert.IsType<Rejected>(await RenderAsync(file)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_AHeaderThatLies_IsRejected()
    {
        // It tells 10 x 10 at first, and has a frame of 60,000 x 60,000.
        var gif = Gif(10, 10, 2);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(gif.Length - 1 - GifFrameLength + 5), 60_000);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(gif.Length - 1 - GifFrameLength + 7), 60_000);

        Assert.IsType<Rejected>(await RenderAsync(gif));
    }

    [Fact]
    public async Task Render_APolyglot_IsTheImageThatItBeginsAs()
    {
        byte[] script = [.. "<script>alert(1)</script><?php system($_GET[0]); ?>PK\x03\x04"u8];
        foreach (var kind in (string[])["jpg", "png", "gif", "webp"])
        {
            byte[] file = [.. Sample(kind), .. script];
            if (await RenderAsync(file) is not Rendered rendered) continue; // refusing it is right, too
            foreach (var variant in rendered.Variants)
                Assert.DoesNotContain("script", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(variant.Path, Ct)), StringComparison.Ordinal);
        }
        Assert.IsType<Rejected>(await RenderAsync([.. "%PDF-1.7\n"u8, .. Sample("jpg")]));
        Assert.IsType<Rejected>(await RenderAsync([.. "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"u8]));
    }

    private static Task EachAsync(IEnumerable<int> numbers, Func<int, Task> test) => Parallel.ForEachAsync(
        numbers, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Ct }, async (number, _) => await test(number));

    /// <summary>The answer of the children; they kept their limit, and left nothing in their temporary folders.</summary>
    private async Task<EngineResult> RenderAsync(byte[] file)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;
        var path = Path.Combine(folder, "original");
        await File.WriteAllBytesAsync(path, file, Ct);

        var result = await _processes.RenderAsync(new RenderRequest(path, folder, VariantSizes.All, VariantFormat.WebP, 80, 0, new EngineOptions { MemoryLimit = MemoryLimit }.Limits()), Ct);

        foreach (var child in _processes.Ids)
            if (Peak(child) is { } megabytes) Assert.InRange(megabytes, 1, MemoryLimit + 128);
        return result;
    }

    /// <summary>The most memory that a process has had, in MB; null when it has ended.</summary>
    private static int? Peak(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) / 1024;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Sample(string kind)
    {
        using var noise = Image.Gaussnoise(240, 160, sigma: 60, mean: 128, seed: 1).Cast(Enums.BandFormat.Uchar);
        using var image = noise.Bandjoin(noise, noise).Copy(interpretation: Enums.Interpretation.Srgb);
        using var animation = image.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 40));
        return kind switch
        {
            "jpg" => image.JpegsaveBuffer(),
            "progressive.jpg" => image.JpegsaveBuffer(interlace: true),
            "png" => image.PngsaveBuffer(),
            "interlaced.png" => image.PngsaveBuffer(interlace: true),
            "gif" => image.GifsaveBuffer(),
            "animated.gif" => animation.GifsaveBuffer(),
            "webp" => image.WebpsaveBuffer(),
            "lossless.webp" => image.WebpsaveBuffer(lossless: true),
            "animated.webp" => animation.WebpsaveBuffer(),
            "avif" => image.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0),
            _ => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate),
        };
    }

    private const int GifFrameLength = 15;

    /// <summary>A GIF whose frames are one pixel each, on a screen of any size.</summary>
    private static byte[] Gif(ushort width, ushort height, int frames)
    {
        var file = new MemoryStream();
        file.Write([.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
        for (var i = 0; i < frames; i++) file.Write([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0]);
        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>A black PNG of one byte a pixel, with other chunks before its pixels.</summary>
    private static byte[] BlackPng(int width, int height, byte[] chunks, int? rows = null)
    {
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[Math.Min(width, 100_000) + 1];
            for (var i = 0; i < (rows ?? height); i++) zlib.Write(row);
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        return [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8, .. Png.Chunk("IHDR", header), .. chunks, .. Png.Chunk("IDAT", pixels.ToArray()), .. Png.Chunk("IEND", [])];
    }
}
