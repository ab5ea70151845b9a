using Microsoft.Net.Http.Headers;
using PixelCraft.Delivery;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Delivery;

public sealed class AcceptedFormatTests
{
    [Theory]
    [InlineData(null, TransformFormat.Jpeg)]
    [InlineData("*/*", TransformFormat.Jpeg)]
    [InlineData("image/*", TransformFormat.Jpeg)]
    [InlineData("text/html", TransformFormat.Jpeg)]
    [InlineData("image/webp", TransformFormat.WebP)]
    [InlineData("image/avif", TransformFormat.Avif)]
    [InlineData("image/avif,image/webp,image/apng,image/*,*/*;q=0.8", TransformFormat.Avif)]
    [InlineData("image/webp,image/jpeg", TransformFormat.WebP)]
    [InlineData("image/webp;q=0.5,image/jpeg", TransformFormat.Jpeg)]
    [InlineData("image/avif;q=0.5,image/webp;q=0.9", TransformFormat.WebP)]
    [InlineData("image/avif;q=0, image/webp;q=0", TransformFormat.Jpeg)]
    [InlineData("IMAGE/WEBP", TransformFormat.WebP)]
    public void Of_AnAcceptHeader_IsWhatItWants(string? accept, TransformFormat expected) => Assert.Equal(expected, AcceptedFormat.Of(Parsed(accept), preferAvif: true));

    [Fact]
    public void Of_BothAlike_FollowsThePreference() =>
        Assert.Equal(TransformFormat.WebP, AcceptedFormat.Of(Parsed("image/avif,image/webp"), preferAvif: false));

    private static IList<MediaTypeHeaderValue>? Parsed(string? accept) => accept is null ? null : MediaTypeHeaderValue.ParseList([accept]);
}
