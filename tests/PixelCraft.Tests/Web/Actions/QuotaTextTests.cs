using PixelCraft.Web.Actions;
using Xunit;

namespace PixelCraft.Tests.Web.Actions;

public class QuotaTextTests
{
    [Theory]
    [InlineData("10", 10_000_000_000L)]
    [InlineData("0.5", 500_000_000L)]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void TryRead_Number_IsGigabytes(string? text, long? expected)
    {
        Assert.True(QuotaText.TryRead(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1000001")]
    [InlineData("ten")]
    [InlineData("1e9")]
    public void TryRead_NotANumberInRange_IsRefused(string text) => Assert.False(QuotaText.TryRead(text, out _));

    [Theory]
    [InlineData(null, null)]
    [InlineData(0L, null)]
    [InlineData(1_500_000_000L, "1.5")]
    public void Write_Bytes_IsWhatAFieldTakes(long? bytes, string? expected) => Assert.Equal(expected, QuotaText.Write(bytes));
}
