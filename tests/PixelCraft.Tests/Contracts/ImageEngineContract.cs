using NetVips;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What <see cref="IImageEngine"/> promises, for every adapter. Originals are made, and variants looked at, with libvips.</summary>
public abstract partial class ImageEngineContract(Servers servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-engine-").FullName;

    // Files of the same name are not the same here.
    static ImageEngineContract() => Cache.Max = 0;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected static ImageLimits Limits { get; } = new EngineOptions().Limits();

    protected abstract IImageEngine Engine { get; }

    [Fact]
    public async Task Render_Photographs_MakesAllVariantsWithoutMetadata()
    {
        var photographs = await servers.PhotographsAsync();
        // Those of more than 2560 pixels, and a few of the others: every variant, both formats.
        foreach (var photograph in photographs.Where((_, i) => i % 4 == 0))
        {
            using var original = Image.NewFromFile(photograph);

            var rendered = await RenderedAsync(photograph);

            Assert.Equal((original.Width, original.Height), (rendered.Width, rendered.Height));
            Assert.Equal(VariantSizes.For(VariantSizes.All, original.Width, original.Height), rendered.Variants.Select(variant => variant.Size));
            Assert.All(rendered.Variants, variant => AssertSound(variant, original.Width, original.Height));
        }
    }

    [Theory]
    [InlineData(100, 60, new[] { 200 })]
    [InlineData(1, 1, new[] { 200 })]
    [InlineData(1000, 500, new[] { 200, 400, 800, 1600 })]
    [InlineData(300, 2700, new[] { 200, 400, 800, 1600, 2560 })]
    [InlineData(5000, 2, new[] { 200, 400, 800, 1600, 2560 })]
    public async Task Render_AnySize_UpToTheFirstBoxThatHoldsIt(int width, int height, int[] sizes)
    {
        using var image = Plain(width, height, 200, 100, 50);

        var rendered = await RenderedAsync(Save("a", image.PngsaveBuffer()));

        Assert.Equal(sizes, rendered.Variants.Select(variant => variant.Size));
        Assert.All(rendered.Variants, variant => AssertSound(variant, width, height));
        Assert.Equal((width, height), (rendered.Width, rendered.Height));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Render_Orientation_TurnsUpright(int orientation)
    {
        using var upright = Quarters(600, 400);
        using var stored = orientation switch
        {
            2 => upright.FlipHor(),
            3 => upright.Rot180(),
            4 => upright.FlipVer(),
            5 => upright.Rot90().FlipHor(),
            6 => upright.Rot270(),
            7 => upright.Rot270().FlipHor(),
            8 => upright.Rot90(),
            _ => upright.Copy(),
        };
        using var tagged = stored.Mutate(image => image.Set(GValue.GIntType, "orientation", orientation));

        var rendered = await RenderedAsync(Save("a", tagged.JpegsaveBuffer(q: 95)));

        Assert.Equal((600, 400), (rendered.Width, rendered.Height));
        foreach (var variant in rendered.Variants)
        {
            AssertSound(variant, 600, 400);
            using var image = Image.NewFromFile(variant.Path);
            Assert.Equal("rgby", string.Concat(Name(image, 0.25, 0.25), Name(image, 0.75, 0.25), Name(image, 0.25, 0.75), Name(image, 0.75, 0.75)));
        }
    }

    [Fact]
    public async Task Render_TransparentPng_KeepsTransparency()
    {
        using var colour = Plain(300, 300, 200, 100, 50);
        using var alpha = Plain(150, 300, 0).Join(Plain(150, 300, 128), Enums.Direction.Horizontal);
        using var image = colour.Bandjoin(alpha);

        var rendered = await RenderedAsync(Save("a", image.PngsaveBuffer()));

        foreach (var variant in rendered.Variants)
        {
            using var made = Image.NewFromFile(variant.Path);
            Assert.Equal(4, made.Bands);
            Assert.Equal(0, At(made, 0.2, 0.5)[3]);
            AssertNear([200, 100, 50, 128], At(made, 0.8, 0.5));
        }
        Assert.InRange(ThumbHash.AverageColour(Convert.FromBase64String(rendered.ThumbHash))!.Value.Alpha, 50, 78);
    }

    [Theory]
    [InlineData("cmyk with profile")]
    [InlineData("cmyk without profile")]
    [InlineData("wide gamut")]
    [InlineData("16 bits")]
    [InlineData("grey")]
    [InlineData("grey with alpha")]
    [InlineData("palette")]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("lossless webp")]
    [InlineData("interlaced png")]
    [InlineData("progressive jpeg")]
    [InlineData("jpeg with srgb profile")]
    [InlineData("avif")]
    [InlineData("tiff")]
    [InlineData("tiff, big-endian, tiled, compressed")]
    [InlineData("big tiff of 16 bits")]
    public async Task Render_AnyKindOfPixels_GivesTheSameColoursInSrgb(string kind)
    {
        using var image = kind.StartsWith("grey", StringComparison.Ordinal) ? Plain(900, 600, 120) : Plain(900, 600, 180, 90, 60);
        var bytes = kind switch
        {
            "cmyk with profile" => image.IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(q: 95),
            "cmyk without profile" => image.IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(q: 95, keep: Enums.ForeignKeep.None),
            "wide gamut" => image.IccTransform("p3", inputProfile: "srgb").JpegsaveBuffer(q: 95),
            "16 bits" => image.Colourspace(Enums.Interpretation.Rgb16).PngsaveBuffer(),
            "grey" => image.JpegsaveBuffer(q: 95),
            "grey with alpha" => image.Bandjoin(255).PngsaveBuffer(),
            "palette" => image.PngsaveBuffer(palette: true),
            "gif" => image.GifsaveBuffer(),
            "webp" => image.WebpsaveBuffer(q: 95),
            "lossless webp" => image.WebpsaveBuffer(lossless: true),
            "jpeg with srgb profile" => image.IccTransform("srgb", inputProfile: "srgb").JpegsaveBuffer(q: 95),
            "avif" => image.HeifsaveBuffer(q: 95, compression: Enums.ForeignHeifCompression.Av1, effort: 0),
            "tiff" => image.TiffsaveBuffer(),
            "tiff, big-endian, tiled, compressed" => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, tile: true),
            "big tiff of 16 bits" => image.Colourspace(Enums.Interpretation.Rgb16).TiffsaveBuffer(bigtiff: true, compression: Enums.ForeignTiffCompression.Lzw),
            "interlaced png" => image.PngsaveBuffer(interlace: true),
            _ => image.JpegsaveBuffer(q: 95, interlace: true),
        };

        var rendered = await RenderedAsync(Save("a", bytes));

        Assert.Equal([200, 400, 800, 1600], rendered.Variants.Select(variant => variant.Size));
        foreach (var variant in rendered.Variants)
        {
            AssertSound(variant, 900, 600, withProfile: kind == "wide gamut");
            using var made = InSrgb(variant.Path);
            AssertNear(kind.StartsWith("grey", StringComparison.Ordinal) ? [120, 120, 120] : [180, 90, 60], At(made, 0.5, 0.5));
        }
    }

    [Fact]
    public async Task Render_Animation_StaysAnimated()
    {
        using var frames = Image.Arrayjoin([Plain(1000, 80, 180, 90, 60), Plain(1000, 80, 0, 0, 255), Plain(1000, 80, 0, 255, 0)], across: 1);
        using var animation = frames.Mutate(image =>
        {
            image.Set(GValue.GIntType, "page-height", 80);
            image.Set(GValue.ArrayIntType, "delay", new[] { 100, 200, 300 });
            image.Set(GValue.GIntType, "loop", 2);
        });
        foreach (var bytes in (byte[][])[animation.GifsaveBuffer(), animation.WebpsaveBuffer(lossless: true)])
        {
            var rendered = await RenderedAsync(Save("a", bytes));

            Assert.Equal((1000, 80, 3), (rendered.Width, rendered.Height, rendered.Frames));
            // No box above 800: every frame costs.
            Assert.Equal([200, 400, 800], rendered.Variants.Select(variant => variant.Size));
            Assert.Equal("#b45a3c", rendered.DominantColour);
            foreach (var variant in rendered.Variants)
            {
                using var made = Image.NewFromFile(variant.Path, kwargs: new VOption { { "n", -1 } });
                Assert.Equal((variant.Width, variant.Height, 3 * variant.Height), (made.Width, made.PageHeight, made.Height));
                Assert.Equal(variant.Size, variant.Width);
                Assert.Equal([100, 200, 300], (int[])made.Get("delay"));
                Assert.Equal(2, (int)made.Get("loop"));
                AssertNear([180, 90, 60], made[50, variant.Height / 2]);
                AssertNear([0, 0, 255], made[50, variant.Height * 3 / 2]);
                AssertNear([0, 255, 0], made[50, variant.Height * 5 / 2]);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Render_ToAvif_KeepsColoursAndSize_AndOfMetadataNothing(bool isWide)
    {
        using var plain = Plain(900, 600, 180, 90, 60);
        using var image = (isWide ? plain.IccTransform("p3", inputProfile: "srgb") : plain).Mutate(mutable =>
        {
            mutable.Set(GValue.BlobType, "exif-data", (byte[])[.. "Exif\0\0"u8, .. Exif]);
            mutable.Set(GValue.BlobType, "xmp-data", System.Text.Encoding.UTF8.GetBytes(Xmp));
        });

        var rendered = Assert.IsType<Rendered>(await Engine.RenderAsync(Request(Save("a", image.JpegsaveBuffer(q: 95))) with { Format = VariantFormat.Avif, Sizes = [200, 800], Effort = 0 }, Ct));

        Assert.Equal([200, 800], rendered.Variants.Select(variant => variant.Size));
        foreach (var variant in rendered.Variants)
        {
            using var made = Image.NewFromFile(variant.Path);
            Assert.Equal((variant.Width, variant.Height, "heifload"), (made.Width, made.Height, (string)made.Get("vips-loader")));
            Assert.EndsWith(".avif", variant.Path, StringComparison.Ordinal);
            var fields = made.GetFields();
            Assert.DoesNotContain("xmp-data", fields);
            Assert.DoesNotContain("exif-data", fields);
            Assert.Equal(isWide, fields.Contains("icc-profile-data"));
            using var colours = InSrgb(variant.Path);
            AssertNear([180, 90, 60], At(colours, 0.5, 0.5));
        }
    }

    [Fact]
    public async Task Render_Heic_WhereTheProgramIsInstalled()
    {
        Assert.SkipWhen(HeicConverter.Path is null || !File.Exists("/usr/bin/heif-enc"), HeicConverter.HowToGetIt);
        using var upright = Quarters(600, 400);
        var png = Save("a.png", upright.PngsaveBuffer());
        var heic = Path.Combine(_folder, "a.heic");
        var made = await PixelCraft.Cluster.Programs.RunAsync("heif-enc", ["-q", "90", png, "-o", heic], ct: Ct);
        Assert.True(made.ExitCode == 0, made.Error);

        var rendered = await RenderedAsync(heic);

        Assert.Equal((600, 400), (rendered.Width, rendered.Height));
        using var image = Image.NewFromFile(rendered.Variants[^1].Path);
        Assert.Equal("rgby", string.Concat(Name(image, 0.25, 0.25), Name(image, 0.75, 0.25), Name(image, 0.25, 0.75), Name(image, 0.75, 0.75)));
        File.Delete(png);
        Assert.IsType<Rejected>(await RenderAsync(Save("cut", (await File.ReadAllBytesAsync(heic, Ct))[..^300])));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("png")]
    [InlineData("interlaced.png")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("avif")]
    [InlineData("tiff")]
    public async Task Render_Truncated_IsRejectedWithAReason(string kind)
    {
        using var noise = Image.Gaussnoise(700, 500, sigma: 60, mean: 128).Cast(Enums.BandFormat.Uchar);
        using var image = noise.Bandjoin(noise, noise).Copy(interpretation: Enums.Interpretation.Srgb);
        var whole = kind switch
        {
            "jpg" => image.JpegsaveBuffer(),
            "progressive.jpg" => image.JpegsaveBuffer(interlace: true),
            "png" => image.PngsaveBuffer(),
            "interlaced.png" => image.PngsaveBuffer(interlace: true),
            "webp" => image.WebpsaveBuffer(),
            "avif" => image.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0),
            "tiff" => image.TiffsaveBuffer(),
            _ => image.GifsaveBuffer(),
        };
        Assert.IsType<Rendered>(await RenderAsync(Save("whole", whole)));

        foreach (var length in (int[])[12, 40, whole.Length / 10, whole.Length / 2, whole.Length * 9 / 10, whole.Length - 200])
        {
            var result = await RenderAsync(Save("cut", whole[..length]));

            Assert.True(result is Rejected, $"{kind} of {length} of {whole.Length} bytes");
            Assert.EndsWith(".", ((Rejected)result).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Render_TruncatedPhotograph_IsRejected()
    {
        var photograph = (await servers.PhotographsAsync()).First(path => path.EndsWith(".jpg", StringComparison.Ordinal));
        var whole = await File.ReadAllBytesAsync(photograph, Ct);

        var result = await RenderAsync(Save("cut", whole[..(whole.Length / 2)]));

        Assert.Equal(new Rejected("The file ends too early."), result);
    }

    [Fact]
    public async Task Render_BytesOfOtherKinds_AreRejected()
    {
        byte[][] files =
        [
            [],
            [.. "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>"u8],
            [.. "%PDF-1.4 not an image at all"u8],
            [.. "P6 1 1 255 abc, which libvips would read"u8],
            [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0, 10, 0, 10, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xD9],
        ];
        foreach (var file in files) Assert.IsType<Rejected>(await RenderAsync(Save("a.png", file)));
    }

    [Fact]
    public async Task Render_WrongExtensionAndBracketsInTheName_CountForNothing()
    {
        using var image = Plain(100, 60, 200, 100, 50);

        await RenderedAsync(Save("a[shrink=8].png", image.JpegsaveBuffer()));
        await RenderedAsync(Save("a.svg", image.WebpsaveBuffer()));
    }

    [Fact]
    public async Task Render_MorePixelsThanTaken_IsRejectedWithTheNumbers()
    {
        using var image = Plain(101, 100, 200, 100, 50);
        var path = Save("a", image.PngsaveBuffer());

        var rejected = Assert.IsType<Rejected>(await Engine.RenderAsync(Request(path) with { Limits = Limits with { MaxPixels = 10_000 } }, Ct));

        Assert.Contains("101 x 100", rejected.Reason, StringComparison.Ordinal);
        Assert.IsType<Rendered>(await Engine.RenderAsync(Request(path) with { Limits = Limits with { MaxPixels = 10_100 } }, Ct));
    }

    [Fact]
    public async Task Render_FaultsOfTheMachine_AreExceptions()
    {
        using var image = Plain(10, 10, 200, 100, 50);
        var path = Save("a", image.PngsaveBuffer());

        await Assert.ThrowsAnyAsync<IOException>(() => RenderAsync(Path.Combine(_folder, "missing")));
        await Assert.ThrowsAnyAsync<IOException>(() => Engine.RenderAsync(Request(path) with { OutputFolder = Path.Combine(_folder, "missing") }, Ct));
    }

    [Fact]
    public async Task Render_Cancelled_Ends()
    {
        using var noise = Image.Gaussnoise(4000, 3000, sigma: 60, mean: 128).Cast(Enums.BandFormat.Uchar);
        var path = Save("a", noise.PngsaveBuffer(compression: 1));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Engine.RenderAsync(Request(path), cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Engine.RenderAsync(Request(path), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Render_LowerQuality_GivesSmallerFiles()
    {
        using var noise = Image.Gaussnoise(400, 300, sigma: 60, mean: 128).Cast(Enums.BandFormat.Uchar);
        var path = Save("a", noise.PngsaveBuffer());

        var good = Assert.IsType<Rendered>(await Engine.RenderAsync(Request(path) with { Quality = 90 }, Ct));
        var poor = Assert.IsType<Rendered>(await Engine.RenderAsync(Request(path) with { Quality = 20 }, Ct));

        Assert.All(good.Variants.Zip(poor.Variants), pair => Assert.True(pair.First.Bytes > pair.Second.Bytes));
    }

    [Fact]
    public async Task Render_SeveralAtOnce_EachGetsItsOwn()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var image = Plain(300 + i, 200, i * 30, 100, 50);
            var output = Directory.CreateDirectory(Path.Combine(_folder, $"out{i}")).FullName;
            var bytes = image.PngsaveBuffer();
            // Every other one is cut: a fault of one image is none of another's.
            var path = Save($"in{i}", i % 2 == 0 ? bytes : bytes[..^30]);
            return await Engine.RenderAsync(Request(path) with { OutputFolder = output }, Ct);
        }));

        for (var i = 0; i < results.Length; i++)
        {
            if (i % 2 == 0) Assert.Equal(300 + i, Assert.IsType<Rendered>(results[i]).Width);
            else Assert.IsType<Rejected>(results[i]);
        }
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected RenderRequest Request(string path) => new(path, _folder, VariantSizes.All, VariantFormat.WebP, Quality: 80, Effort: 2, Limits);

    private Task<EngineResult> RenderAsync(string path) => Engine.RenderAsync(Request(path), Ct);

    private async Task<Rendered> RenderedAsync(string path) => Assert.IsType<Rendered>(await RenderAsync(path));

    private string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void AssertSound(RenderedVariant variant, int width, int height, bool withProfile = false)
    {
        using var image = Image.NewFromFile(variant.Path);
        Assert.Equal((image.Width, image.Height, new FileInfo(variant.Path).Length), (variant.Width, variant.Height, variant.Bytes));

        var scale = Math.Min(1.0, (double)variant.Size / Math.Max(width, height));
        Assert.InRange(variant.Width, Math.Max(1, width * scale - 1), Math.Max(1, width * scale + 1));
        Assert.InRange(variant.Height, Math.Max(1, height * scale - 1), Math.Max(1, height * scale + 1));
        Assert.Equal(Math.Min(variant.Size, Math.Max(width, height)), Math.Max(variant.Width, variant.Height));

        var file = File.ReadAllBytes(variant.Path);
        Assert.All(Chunks(file), chunk => Assert.Contains(chunk, (string[])["VP8 ", "VP8L", "VP8X", "ALPH", .. withProfile ? ["ICCP"] : Array.Empty<string>()]));
        Assert.Equal(withProfile, Chunks(file).Contains("ICCP"));
    }

    /// <summary>The names of a WebP file's chunks, RFC 9649 section 2.3.</summary>
    private static IEnumerable<string> Chunks(byte[] file)
    {
        Assert.True(file.AsSpan().StartsWith("RIFF"u8) && file.AsSpan(8).StartsWith("WEBP"u8));
        for (var at = 12; at < file.Length;)
        {
            yield return System.Text.Encoding.ASCII.GetString(file, at, 4);
            var length = BitConverter.ToInt32(file, at + 4);
            at += 8 + length + (length & 1);
        }
    }

    private static Image Plain(int width, int height, params double[] colour) =>
        (Image.Black(width, height, bands: colour.Length) + colour).Cast(Enums.BandFormat.Uchar)
            .Copy(interpretation: colour.Length == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);

    private static Image InSrgb(string path)
    {
        using var image = Image.NewFromFile(path);
        return image.Contains("icc-profile-data") ? image.IccTransform("srgb", embedded: true) : image.Copy();
    }

    private static Image Quarters(int width, int height)
    {
        var (w, h) = (width / 2, height / 2);
        var top = Plain(w, h, 255, 0, 0).Join(Plain(w, h, 0, 255, 0), Enums.Direction.Horizontal);
        var bottom = Plain(w, h, 0, 0, 255).Join(Plain(w, h, 255, 255, 0), Enums.Direction.Horizontal);
        return top.Join(bottom, Enums.Direction.Vertical);
    }

    private static double[] At(Image image, double x, double y) => image[(int)(x * image.Width), (int)(y * image.Height)];

    private static char Name(Image image, double x, double y) => At(image, x, y) switch
    {
        [> 200, > 200, < 60] => 'y',
        [> 200, < 60, < 60] => 'r',
        [< 60, > 200, < 60] => 'g',
        [< 60, < 60, > 200] => 'b',
        _ => '?',
    };

    private static void AssertNear(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 8, pair.First + 8));
    }
}
