using PixelCraft.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Images.Formats;

public sealed class ThumbHashTests
{
    // Hashes and colours by the reference, the npm package thumbhash 0.1.1, of the same pixels.
    [Theory]
    [InlineData("gradient", 100, 75, "3wcKnZqHh4iAiIeIiHiIiIB1CPh3", 126, 122, 128, 255)]
    [InlineData("gradient", 75, 100, "3/cJnRp4eHB4iIh4iIh4iIB1CPh4", 122, 126, 128, 255)]
    [InlineData("gradient", 100, 100, "3wcKnxqHh4iAiIiIiHiIiIiHCFiIgH8H", 126, 122, 128, 255)]
    [InlineData("gradient", 100, 3, "3/cNmaSIiIiAiIiHgIQo+Hc=", 122, 126, 128, 255)]
    [InlineData("gradient", 3, 100, "3wcK2SR4cIiIh4iHgHYI2Hg=", 126, 122, 128, 255)]
    [InlineData("noise", 64, 48, "3wcCBYBeaoQmM1Gb9mytjw2U/22c", 126, 122, 128, 255)]
    [InlineData("noise", 48, 64, "3wcCBQCJgZaGrIVzR1/FY9AFzVCU", 126, 122, 128, 255)]
    [InlineData("alpha", 100, 75, "IPiFTIwHiIiAiIh4CFiIgI8HIgJUFVVRAg==", 129, 133, 127, 119)]
    [InlineData("alpha", 40, 100, "YAiGQgwHiICIeIiQhQj4dxAhQWVSNjY=", 136, 132, 121, 119)]
    [InlineData("alpha", 100, 100, "IAiGTQwHiIiAiIh4iICFCPh4ICFAVVIVJQ==", 133, 129, 127, 119)]
    [InlineData("clear", 10, 10, "AAiCBQAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", 3, 0, 0, 0)]
    public void Encode_AsTheReference(string kind, int width, int height, string hash, byte red, byte green, byte blue, byte alpha)
    {
        var encoded = ThumbHash.Encode(width, height, Pixels(kind, width, height));

        Assert.Equal(hash, Convert.ToBase64String(encoded));
        Assert.Equal((red, green, blue, alpha), ThumbHash.AverageColour(encoded));
    }

    [Fact]
    public void Encode_OnePixel_TellsItsColour()
    {
        var hash = ThumbHash.Encode(1, 1, [200, 100, 50, 255]);

        var colour = ThumbHash.AverageColour(hash)!.Value;

        Assert.InRange(colour.Red, 192, 208);
        Assert.InRange(colour.Green, 92, 108);
        Assert.InRange(colour.Blue, 42, 58);
        Assert.Equal(255, colour.Alpha);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(101, 1, 404)]
    [InlineData(1, 101, 404)]
    [InlineData(2, 2, 15)]
    public void Encode_SizeOutOfRange_Throws(int width, int height, int bytes) =>
        Assert.Throws<ArgumentException>(() => ThumbHash.Encode(width, height, new byte[bytes]));

    [Fact]
    public void AverageColour_NoHash_Null()
    {
        Assert.Null(ThumbHash.AverageColour([1, 2, 3, 4]));
        Assert.Null(ThumbHash.AverageColour([0, 0, 0x80, 0, 0]));
    }

    private static byte[] Pixels(string kind, int width, int height)
    {
        var pixels = new byte[width * height * 4];
        uint noise = 12345;
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / 4 % width, i / 4 / width);
            if (kind == "noise" && i % 4 < 3)
            {
                noise = noise * 1664525 + 1013904223;
                pixels[i] = (byte)(noise >> 24);
                continue;
            }
            pixels[i] = (i % 4) switch
            {
                0 => (byte)(x * 255 / (width - 1)),
                1 => (byte)(y * 255 / (height - 1)),
                2 => (byte)(255 - pixels[i - 2]),
                _ => kind switch { "alpha" => (byte)(x * y), "clear" => 0, _ => 255 },
            };
        }
        return pixels;
    }
}
