using System.Globalization;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Web.Gallery;

/// <summary>What a browser needs to choose among the variants of an image.</summary>
internal static class SourceSet
{
    /// <summary>The variants of a format with their real widths, for <c>srcset</c>; empty when there are none. Two of one width count once.</summary>
    public static string Of(ImageRecord image, IImageUrls urls, VariantFormat format = VariantFormat.WebP) => string.Join(", ",
        image.VariantsOf(format).DistinctBy(variant => variant.Width).Select(variant => $"{urls.Variant(image, variant.Size, format)} {variant.Width}w"));

    /// <summary>The variant for browsers without <c>srcset</c>, and for previews elsewhere: one that fills 800 pixels; null when there is none.</summary>
    public static string? Single(ImageRecord image, IImageUrls urls) =>
        image.VariantFor(800) is { } variant ? urls.Variant(image, variant.Size) : null;

    /// <summary>
    /// How wide a cell is likely to be, for <c>sizes</c>: rows are as high as the style sheet says (--row) or up to a third
    /// higher, as the row fills the width.
    /// </summary>
    public static string CellSizes(ImageRecord image)
    {
        var ratio = RatioClass.Value(image.Width, image.Height);
        return $"(min-width: 2400px) {Pixels(330)}, (min-width: 640px) {Pixels(250)}, min(100vw, {Pixels(190)})";

        string Pixels(int height) => (ratio * height).ToString("0", CultureInfo.InvariantCulture) + "px";
    }
}
