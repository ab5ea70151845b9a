using PixelCraft.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Images.Formats;

public sealed class DominantColourTests
{
    [Fact]
    public void Of_TwoColours_IsTheOneWithMorePixels() =>
        Assert.Equal("#102030", DominantColour.Of([0x10, 0x20, 0x30, 255, 0x10, 0x20, 0x30, 255, 250, 0, 0, 255]));

    [Fact]
    public void Of_LikeColours_IsTheirMean() => Assert.Equal("#112232", DominantColour.Of([0x10, 0x20, 0x30, 255, 0x12, 0x24, 0x34, 255]));

    [Fact]
    public void Of_TransparentPixels_CountLess() =>
        Assert.Equal("#fa0000", DominantColour.Of([0x10, 0x20, 0x30, 100, 0x10, 0x20, 0x30, 100, 250, 0, 0, 255]));

    [Fact]
    public void Of_NothingToSee_IsGrey() => Assert.Equal("#808080", DominantColour.Of([1, 2, 3, 0]));
}
