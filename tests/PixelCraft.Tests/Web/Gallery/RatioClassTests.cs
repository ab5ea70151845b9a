using CsCheck;
using PixelCraft.Web.Gallery;
using Xunit;

namespace PixelCraft.Tests.Web.Gallery;

public class RatioClassTests
{
    [Theory]
    [InlineData(1, 1, "r0")]
    [InlineData(3000, 2000, "r20")]
    [InlineData(2000, 3000, "r-20")]
    [InlineData(100_000, 1, "r70")]
    [InlineData(1, 100_000, "r-70")]
    public void Of_Size_NamesTheStep(int width, int height, string expected) => Assert.Equal(expected, RatioClass.Of(width, height));

    [Fact]
    public void Value_BetweenOneToFourAndFourToOne_IsOffByOnePercentAtMost() =>
        Gen.Select(Gen.Int[1, 20_000], Gen.Int[1, 20_000]).Where((width, height) => width <= 4 * height && height <= 4 * width)
            .Sample((width, height) => Assert.InRange(RatioClass.Value(width, height) / ((double)width / height), 0.99, 1.01));

    [Fact]
    public void Of_NoSize_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => RatioClass.Of(0, 10));
}
