using PixelCraft.Http;
using Xunit;

namespace PixelCraft.Tests.Http;

public class ReturnUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/mine?visibility=private")]
    [InlineData("/images/1?a=b#c")]
    public void Local_PathOnThisSite_IsTaken(string url) => Assert.Equal(url, ReturnUrl.Local(url, "/other"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("mine")]
    [InlineData("https://example.org/")]
    [InlineData("//example.org")]
    [InlineData("/\\example.org")]
    [InlineData("/\t/example.org")]
    [InlineData("javascript:alert(1)")]
    public void Local_AnythingElse_IsNot(string? url) => Assert.Equal("/other", ReturnUrl.Local(url, "/other"));
}
