using PixelCraft.Images.Engine;
using Xunit;

namespace PixelCraft.Tests.Images.Engine;

public sealed class VariantSizesTests
{
    [Theory]
    [InlineData(1, 1, new[] { 200 })]
    [InlineData(100, 80, new[] { 200 })]
    [InlineData(200, 10, new[] { 200 })]
    [InlineData(201, 10, new[] { 200, 400 })]
    [InlineData(600, 1000, new[] { 200, 400, 800, 1600 })]
    [InlineData(2560, 2560, new[] { 200, 400, 800, 1600, 2560 })]
    [InlineData(4000, 3000, new[] { 200, 400, 800, 1600, 2560 })]
    public void For_AnImage_UpToTheFirstThatHoldsIt(int width, int height, int[] expected) =>
        Assert.Equal(expected, VariantSizes.For(VariantSizes.All, width, height));
}
