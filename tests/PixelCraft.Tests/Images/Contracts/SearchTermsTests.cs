using CsCheck;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images.Contracts;

/// <summary>Which words a text has.</summary>
public sealed class SearchTermsTests
{
    [Theory]
    [InlineData("IMG_1234-final (2).JPG", "img 1234 final 2 jpg")]
    [InlineData("Crème BRÛLÉE", "creme brulee")]
    [InlineData("cre\u0300me", "creme")]
    [InlineData("Straße Ærøskøbing Łódź İstanbul ıhlamur Đà Nẵng", "strasse aeroskobing lodz istanbul ihlamur da nang")]
    [InlineData("ＦＵＬＬ ｗｉｄｔｈ ﬁn x² ①", "full width fin x2 1")]
    [InlineData("ΟΔΟΣ οδός Ёлка Йод", "οδοσ οδοσ елка иод")]
    [InlineData("don't co-op a/b a.b", "don t co op a b a b")]
    [InlineData("東京タワー2024", "東 京 タ ワ ー 2024")]
    [InlineData("ｶﾞﾗｽ", "ガ ラ ス")]
    [InlineData("서울 타워", "서울 타워")]
    [InlineData("ไทย", "ไ ท ย")]
    [InlineData("sun🌅set 👍🏽 👩‍🚀 ❤️", "sun 🌅 set 👍 👩 🚀 ❤")]
    [InlineData("سَلام عليـكم \u200fשָׁלוֹם\u200e", "سلام عليكم שלום")]
    [InlineData("soft\u00adhyphen zero\u200bwidth a\u0000b\u0007c", "softhyphen zerowidth a b c")]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("%_' \"\\ --;", "")]
    [InlineData("\ud800x \ufffd", "x")]
    public void Split_OfAText_GivesItsWords(string text, string words) => Assert.Equal(words, string.Join(' ', SearchWords.Split(text)));

    [Theory]
    [InlineData("a b c", "a b", "c")]
    [InlineData("Sunset", "", "sunset")]
    [InlineData("sun sunset sun", "sun sunset", null)]
    [InlineData("東京", "東", "京")]
    public void TryParse_OfWords_TakesTheLastAsABeginning(string text, string whole, string? prefix)
    {
        Assert.True(SearchTerms.TryParse(text, out var terms, out _));
        Assert.Equal((whole, prefix), (string.Join(' ', terms.Words), terms.Prefix));
    }

    [Fact]
    public void TryParse_OfWhatCannotBeSearchedFor_SaysWhy()
    {
        Assert.Equal(SearchFault.TooLong, Fault(new string('a', SearchTerms.MaxLength + 1)));
        Assert.Null(Fault(new string('a', SearchTerms.MaxLength)));
        Assert.Equal(SearchFault.TooManyWords, Fault(string.Join(' ', Enumerable.Range(0, SearchTerms.MaxWords + 1))));
        Assert.Null(Fault(string.Join(' ', Enumerable.Range(0, SearchTerms.MaxWords))));
        Assert.Equal(SearchFault.NoWord, Fault("... !?"));
        Assert.Equal(SearchFault.NoWord, Fault(""));

        static SearchFault? Fault(string text) => SearchTerms.TryParse(text, out _, out var fault) ? null : fault;
    }

    [Fact]
    public void Words_OfAnyText_AreBoundedAndFoldedOnce() => Gen.String.Sample(text =>
    {
        foreach (var word in SearchWords.Split(text))
        {
            Assert.InRange(word.Length, 1, SearchWords.MaxLength);
            Assert.DoesNotContain('\0', word);
            Assert.False(char.IsHighSurrogate(word[^1]));
        }
    });

    [Fact]
    public void Words_OfATextInAnyCase_AreTheSame() => Gen.String[Gen.Char["aÄéßøçÑžИй"], 0, 20].Sample(text =>
        Assert.Equal(SearchWords.Split(text), SearchWords.Split(text.ToUpperInvariant().Normalize(System.Text.NormalizationForm.FormD))));
}
