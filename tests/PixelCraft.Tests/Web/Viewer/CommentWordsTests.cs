using PixelCraft.Web.Viewer;
using Xunit;

namespace PixelCraft.Tests.Web.Viewer;

public sealed class CommentWordsTests
{
    [Theory]
    [InlineData("See https://example.org/a?b=1.", "See |[https://example.org/a?b=1]|.")]
    [InlineData("(http://example.org/x), https://example.org/(y)!", "(|[http://example.org/x]|), |[https://example.org/(y)]|!")]
    [InlineData("javascript:alert(1) data:text/html,x ftp://example.org", "javascript:alert(1) data:text/html,x ftp://example.org")]
    [InlineData("https://", "https://")]
    [InlineData("<a href=\"https://example.org/\">", "<a href=\"|[https://example.org/]|\">")]
    [InlineData("@anna and @Anna Maria, not @annb", "<@anna>| and |<@Anna Maria>|, not @annb")]
    [InlineData("@", "@")]
    [InlineData("https://example.org/@anna @anna", "[https://example.org/@anna]| |<@anna>")]
    [InlineData("Two\nlines", "Two\nlines")]
    public void Of_Text_FindsAddressesAndNames(string text, string expected)
    {
        var words = CommentWords.Of(text, ["Anna", "Anna Maria"]).ToList();
        Assert.Equal(expected, string.Join('|', words.Select(word => word.IsLink ? $"[{word.Text}]" : word.IsMention ? $"<{word.Text}>" : word.Text)));
        Assert.Equal(text, string.Concat(words.Select(word => word.Text)));
    }
}
