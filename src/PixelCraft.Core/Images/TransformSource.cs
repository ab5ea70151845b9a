using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>Of which stored object a variant on demand is made.</summary>
/// <param name="Key">Its key.</param>
/// <param name="EndsItself">Whether its format says where it ends, so that bytes behind it don't matter.</param>
internal readonly record struct TransformSource(string Key, bool EndsItself)
{
    /// <summary>
    /// A stored variant with twice the pixels each way that are needed, so that nothing is seen of its being compressed;
    /// the original when there is none, or when decoding it costs no more: a JPEG is shrunk while it is decoded, so that it
    /// takes about a third of the time of a WebP of as many pixels.
    /// </summary>
    public static TransformSource For(ImageRecord image, Transform transform)
    {
        var longer = LongerSideNeeded(image, transform);
        var cost = (double)image.Width * image.Height / (image.ContentType == "image/jpeg" ? 3 : 1);
        foreach (var variant in image.Variants.Where(variant => variant.Format == VariantFormat.WebP))
            if (Math.Max(variant.Width, variant.Height) >= 2 * longer && (double)variant.Width * variant.Height < cost)
                return Of(image, variant);
        // HEIC is read by the converter of a worker alone: the largest variant has as much as there is without it.
        if (image.ContentType == "image/heic" && image.Variants.LastOrDefault(variant => variant.Format == VariantFormat.WebP) is { } largest) return Of(image, largest);
        return new TransformSource(ObjectKeys.Original(image.Id), image.ContentType is "image/jpeg" or "image/png" or "image/gif" or "image/webp");
    }

    private static TransformSource Of(ImageRecord image, Variant variant) => new(ObjectKeys.Variant(image.Id, variant.Size, variant.Format), EndsItself: true);

    /// <summary>Pixels of the longer side that the whole image has in the result, before anything is cut off.</summary>
    private static double LongerSideNeeded(ImageRecord image, Transform transform)
    {
        var (width, height) = transform.Rotate is 90 or 270 ? (image.Height, image.Width) : (image.Width, image.Height);
        var across = (double)(transform.Width ?? Transform.MaxSide) / width;
        var down = (double)(transform.Height ?? Transform.MaxSide) / height;
        // Stretching needs the pixels of the direction that is shrunk less, as covering does.
        var scale = transform.Mode == TransformMode.Fit ? Math.Min(across, down) : Math.Max(across, down);
        return Math.Min(1, scale) * Math.Max(width, height);
    }
}
