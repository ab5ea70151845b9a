using PixelCraft.Delivery.Contracts;
using PixelCraft.Images.Contracts;
using PixelCraft.Web.Gallery;
using Xunit;

namespace PixelCraft.Tests.Web.Gallery;

public class SourceSetTests
{
    [Fact]
    public void Of_Variants_HasRealWidthsOnce()
    {
        // The original has 300 x 600 pixels: no variant is larger, whatever its box.
        var image = Image(new Variant(200, 100, 200, 1), new Variant(400, 200, 400, 1), new Variant(800, 300, 600, 1), new Variant(1600, 300, 600, 1));
        Assert.Equal("/v/200.WebP 100w, /v/400.WebP 200w, /v/800.WebP 300w", SourceSet.Of(image, new Urls()));
        Assert.Equal("", SourceSet.Of(image, new Urls(), VariantFormat.Avif));
        var both = Image(new Variant(200, 100, 200, 1), new Variant(200, 100, 200, 1, VariantFormat.Avif));
        Assert.Equal("/v/200.Avif 100w", SourceSet.Of(both, new Urls(), VariantFormat.Avif));
    }

    [Theory]
    [InlineData("1QcSHQRnh493V4dIh4eXh1h4kJUI", false)]
    [InlineData("YJqGPQw7sFlslqhFafSE+Q6oJ1h2iHB2Rw==", true)]
    [InlineData("***", false)]
    [InlineData(null, false)]
    public void IsTransparent_ByThumbHash(string? hash, bool expected) => Assert.Equal(expected, Placeholder.IsTransparent(hash));

    [Fact]
    public void Single_NoVariants_IsNull() => Assert.Null(SourceSet.Single(Image(), new Urls()));

    [Fact]
    public void CellSizes_Ratio_ScalesTheRow() => Assert.StartsWith("(min-width: 2400px) 165px,", SourceSet.CellSizes(Image()), StringComparison.Ordinal);

    private static ImageRecord Image(params Variant[] variants) => new()
    {
        Id = default,
        OwnerId = default,
        Visibility = Visibility.Public,
        Status = ImageStatus.Ready,
        FileName = "a.jpg",
        ContentType = "image/jpeg",
        Bytes = 1,
        Sha256 = "",
        Width = 300,
        Height = 600,
        ContentHash = "",
        CreatedAt = default,
        UpdatedAt = default,
        Variants = variants,
    };

    private sealed class Urls : IImageUrls
    {
        public string Variant(ImageRecord image, int size, VariantFormat format = VariantFormat.WebP) => $"/v/{size}.{format}";

        public string Original(ImageRecord image) => "/o";

        public string SignedVariant(ImageRecord image, int size, VariantFormat format = VariantFormat.WebP) => $"/s/{size}";

        public string Transform(ImageRecord image, Transform transform, TransformFormat? format) => $"/t/{transform}";
    }
}
