using System.Globalization;
using PixelCraft.Web.Text;
using Xunit;

namespace PixelCraft.Tests.Web.Text;

public class PhraseTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public PhraseTests() => CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1 kB")]
    [InlineData(1_254, "1.25 kB")]
    [InlineData(48_230_000, "48.2 MB")]
    [InlineData(99_960_000, "100 MB")]
    [InlineData(999_499_999, "999 MB")]
    [InlineData(999_500_000, "1 GB")]
    [InlineData(long.MaxValue, "9223 PB")]
    public void Bytes_Size_HasThreeDigitsAtMost(long bytes, string expected) => Assert.Equal(expected, Phrase.Bytes(bytes).Replace('\u00a0', ' '));

    [Fact]
    public void Bytes_German_HasAComma()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de");
        Assert.Equal("1,25\u00a0kB", Phrase.Bytes(1_250));
    }

    [Theory]
    [InlineData(-5, "just now")]
    [InlineData(59, "just now")]
    [InlineData(60, "1 minute ago")]
    [InlineData(3_599, "59 minutes ago")]
    [InlineData(3_600, "1 hour ago")]
    [InlineData(86_399, "23 hours ago")]
    [InlineData(86_400, "yesterday")]
    [InlineData(2 * 86_400, "2 days ago")]
    [InlineData(31 * 86_400, "24 October 2026")]
    public void Ago_Age_IsInWords(int seconds, string expected) => Assert.Equal(expected, Phrase.Ago(Now.AddSeconds(-seconds), Now));

    [Fact]
    public void Exact_OtherZone_IsInUtc() =>
        Assert.Equal("24 November 2026, 11:00 UTC", Phrase.Exact(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.FromHours(1))));

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59.9, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(3599, "59 min")]
    [InlineData(3600, "1 h 0 min")]
    [InlineData(90_000_060, "25,000 h 1 min")]
    public void Duration_OfSeconds(double seconds, string text) => Assert.Equal(text, Phrase.Duration(TimeSpan.FromSeconds(seconds)));
}
