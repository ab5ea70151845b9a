using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Storage;

public sealed class ObjectKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("originals/01k0")]
    [InlineData("variants/01k0/200.webp")]
    [InlineData(".a/..b/c..")]
    public void ThrowIfInvalid_AKey_Passes(string key) => ObjectKey.ThrowIfInvalid(key);

    [Fact]
    public void ThrowIfInvalid_LongestKey_Passes() => ObjectKey.ThrowIfInvalid(new string('a', ObjectKey.MaxLength));
}
