using NetVips;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using Xunit;
using Transform = PixelCraft.Images.Contracts.Transform;

namespace PixelCraft.Tests.Contracts;

/// <summary>Variants on demand.</summary>
public abstract partial class ImageEngineContract
{
    [Theory]
    [InlineData("w300", 300, 200)]
    [InlineData("h100", 150, 100)]
    [InlineData("w300.h100", 150, 100)]
    [InlineData("w4096", 600, 400)]
    [InlineData("w200.h200.fill", 200, 200)]
    [InlineData("w200.h200.crop", 200, 200)]
    [InlineData("w300.h100.crop-north", 300, 100)]
    [InlineData("w1000.h1000.crop", 400, 400)]
    [InlineData("w1200.h600.fill", 600, 300)]
    [InlineData("w200.rotate90", 200, 300)]
    [InlineData("w100.h300.crop.rotate270", 100, 300)]
    [InlineData("w1", 1, 1)]
    [InlineData("w4096.h1.crop-attention", 600, 1)]
    public async Task Transform_AnyBox_GivesTheSize(string options, int width, int height)
    {
        using var image = Quarters(600, 400);
        var source = Save("a", image.PngsaveBuffer());
        foreach (var format in Enum.GetValues<TransformFormat>())
        {
            var (made, result) = await TransformedAsync(source, options, format);
            using (made)
            {
                Assert.Equal((width, height), (result.Width, result.Height));
                // AVIF can't be looked into where its decoder is blocked.
                if (format != TransformFormat.Avif) Assert.Equal((width, height), (made!.Width, made.Height));
            }
        }
    }

    [Theory]
    [InlineData("w100.h100.crop-northwest", 'r')]
    [InlineData("w100.h100.crop-northeast", 'g')]
    [InlineData("w100.h100.crop-southwest", 'b')]
    [InlineData("w100.h100.crop-southeast", 'y')]
    // Turned by 90 degrees: blue is at the top left, red at the top right, yellow at the bottom left.
    [InlineData("w100.h100.crop-northwest.rotate90", 'b')]
    [InlineData("w100.h100.crop-northeast.rotate90", 'r')]
    [InlineData("w100.h100.crop-southwest.rotate90", 'y')]
    [InlineData("w100.h100.crop-northwest.rotate180", 'y')]
    [InlineData("w100.h100.crop-northwest.rotate270", 'g')]
    public async Task Transform_Gravity_KeepsThatPart(string options, char colour)
    {
        // A fifth of the height is kept: at the top or at the bottom, and of one colour in each half.
        using var image = Quarters(600, 600);
        var (made, _) = await TransformedAsync(Save("a", image.PngsaveBuffer()), options.Replace("h100", "h20", StringComparison.Ordinal), TransformFormat.WebP);
        using (made) Assert.Equal(colour, Name(made!, options.Contains("west", StringComparison.Ordinal) ? 0.25 : 0.75, 0.5));
    }

    [Theory]
    [InlineData("rotate90", "bryg")]
    [InlineData("rotate180", "ybgr")]
    [InlineData("rotate270", "gyrb")]
    public async Task Transform_Rotate_TurnsClockwise(string options, string corners)
    {
        using var image = Quarters(600, 400);
        var (made, _) = await TransformedAsync(Save("a", image.PngsaveBuffer()), $"w200.{options}", TransformFormat.WebP);
        using (made) Assert.Equal(corners, Corners(made!));
    }

    [Fact]
    public async Task Transform_OrientationAndProfile_AreAppliedFirst()
    {
        using var upright = Quarters(600, 400);
        using var stored = upright.Rot270();
        using var tagged = stored.IccTransform("p3", inputProfile: "srgb").Mutate(image => image.Set(GValue.GIntType, "orientation", 6));
        var (made, _) = await TransformedAsync(Save("a", tagged.JpegsaveBuffer(q: 95)), "w300.h100.crop-north", TransformFormat.WebP);
        using (made)
        {
            Assert.Equal('r', Name(made!, 0.25, 0.5));
            Assert.Equal('g', Name(made!, 0.75, 0.5));
            Assert.DoesNotContain(made!.GetFields(), field => field is "icc-profile-data" or "exif-data" or "xmp-data" or "orientation");
        }
    }

    [Fact]
    public async Task Transform_Attention_FindsWhatStandsOut()
    {
        using var plain = Plain(900, 300, 90, 90, 90);
        using var mark = Plain(80, 80, 255, 40, 20);
        using var image = plain.Insert(mark, 760, 110);
        var (made, _) = await TransformedAsync(Save("a", image.PngsaveBuffer()), "w300.h300.crop-attention", TransformFormat.WebP);
        using (made) Assert.True(made!.ExtractBand(0).Max() > 200, "The mark was cut off.");
    }

    [Fact]
    public async Task Transform_BlurAndSharpen_ChangeEdges()
    {
        using var image = Plain(200, 200, 60, 60, 60).Join(Plain(200, 200, 190, 190, 190), Enums.Direction.Horizontal);
        var source = Save("a", image.PngsaveBuffer());
        var plain = await Edge("w400.q100");
        Assert.True(await Edge("w400.blur10.q100") < plain - 20);
        Assert.True(await Edge("w400.sharpen3.q100") > plain + 5);

        // How much the two columns beside the edge differ.
        async Task<double> Edge(string options)
        {
            var (made, _) = await TransformedAsync(source, options, TransformFormat.Jpeg);
            using (made) return made![201, 100][0] - made[198, 100][0];
        }
    }

    [Fact]
    public async Task Transform_Transparency_IsKeptOrBecomesWhite()
    {
        using var colour = Plain(200, 200, 200, 100, 50);
        using var image = colour.Bandjoin(Plain(100, 200, 0).Join(Plain(100, 200, 255), Enums.Direction.Horizontal));
        var source = Save("a", image.PngsaveBuffer());
        var (webp, _) = await TransformedAsync(source, "w100.blur1", TransformFormat.WebP);
        using (webp)
        {
            Assert.Equal(0, webp![10, 50][3]);
            AssertNear([200, 100, 50, 255], webp[90, 50]);
        }
        var (jpeg, _) = await TransformedAsync(source, "w100", TransformFormat.Jpeg);
        using (jpeg) AssertNear([255, 255, 255], jpeg![10, 50]);
    }

    [Fact]
    public async Task Transform_Quality_IsFelt()
    {
        using var noise = Image.Gaussnoise(300, 200, sigma: 60, mean: 128).Cast(Enums.BandFormat.Uchar);
        var source = Save("a", noise.PngsaveBuffer());
        foreach (var format in Enum.GetValues<TransformFormat>())
        {
            var (good, large) = await TransformedAsync(source, "w300.q90", format);
            var (poor, small) = await TransformedAsync(source, "w300.q20", format);
            good?.Dispose();
            poor?.Dispose();
            Assert.True(large.Bytes > small.Bytes, $"{format}: {large.Bytes} and {small.Bytes}");
        }
    }

    [Fact]
    public async Task Transform_OfAPhotograph_IsLikeAVariantOfIt()
    {
        var photograph = (await servers.PhotographsAsync()).First(path => path.EndsWith(".jpg", StringComparison.Ordinal));
        var rendered = await RenderedAsync(photograph);
        using var variant = Image.NewFromFile(rendered.Variants[1].Path);
        var (made, _) = await TransformedAsync(photograph, "w400.h400", TransformFormat.WebP);
        using (made)
        {
            Assert.Equal((variant.Width, variant.Height), (made!.Width, made.Height));
            Assert.InRange((made - variant).Abs().Avg(), 0, 3);
        }
    }

    [Fact]
    public async Task Transform_Damaged_IsRejectedAndFaultsOfTheMachineAreExceptions()
    {
        using var noise = Image.Gaussnoise(700, 500, sigma: 60, mean: 128).Cast(Enums.BandFormat.Uchar);
        var bytes = noise.PngsaveBuffer();
        var rejected = Assert.IsType<Rejected>(await Engine.TransformAsync(Request(Save("cut", bytes[..(bytes.Length / 2)]), "w100"), Ct));
        Assert.EndsWith(".", rejected.Reason, StringComparison.Ordinal);
        Assert.IsType<Rejected>(await Engine.TransformAsync(Request(Save("text", [.. "no image at all"u8]), "w100"), Ct));
        Assert.IsType<Rejected>(await Engine.TransformAsync(Request(Save("whole", bytes), "w100") with { MaxPixels = 100 }, Ct));
        await Assert.ThrowsAnyAsync<IOException>(() => Engine.TransformAsync(Request(Path.Combine(_folder, "missing"), "w100"), Ct));
        await Assert.ThrowsAnyAsync<IOException>(() => Engine.TransformAsync(
            Request(Save("whole", bytes), "w100") with { OutputPath = Path.Combine(_folder, "missing", "result") }, Ct));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Engine.TransformAsync(Request(Save("whole", bytes), "w100"), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void TransformRequestAndResults_SurviveJson()
    {
        var request = Request("a", "w400.h300.crop-attention.q60");
        Assert.Equal(request, System.Text.Json.JsonSerializer.Deserialize<TransformRequest>(System.Text.Json.JsonSerializer.Serialize(request)));
        foreach (var result in (EngineResult[])[new Transformed(1, 2, 3), new Rejected("Why.")])
            Assert.Equal(result, System.Text.Json.JsonSerializer.Deserialize<EngineResult>(System.Text.Json.JsonSerializer.Serialize(result)));
    }

    protected TransformRequest Request(string source, string options, TransformFormat format = TransformFormat.WebP) =>
        new(source, Path.Combine(_folder, "result"), Parse(options), format, MaxPixels: 220_000_000);

    private static Transform Parse(string options) => Transform.TryParse(options, out var transform, out var fault) ? transform! : throw new ArgumentException(fault);

    private static string Corners(Image image) => string.Concat(Name(image, 0.25, 0.25), Name(image, 0.75, 0.25), Name(image, 0.25, 0.75), Name(image, 0.75, 0.75));

    /// <summary>The result, decoded but for AVIF, whose decoder may be blocked.</summary>
    private async Task<(Image? Made, Transformed Result)> TransformedAsync(string source, string options, TransformFormat format)
    {
        var request = Request(source, options, format);
        var result = await Engine.TransformAsync(request, Ct);
        var made = Assert.IsType<Transformed>(result);
        var bytes = await File.ReadAllBytesAsync(request.OutputPath, Ct);
        Assert.Equal(bytes.Length, made.Bytes);
        if (format == TransformFormat.Avif)
        {
            Assert.True(bytes.AsSpan(4).StartsWith("ftypavif"u8));
            return (null, made);
        }
        Assert.True(format == TransformFormat.WebP ? bytes.AsSpan(8).StartsWith("WEBP"u8) : bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]));
        return (Image.NewFromBuffer(bytes), made);
    }
}
