using PixelCraft.Delivery.Contracts;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Delivery;

/// <summary>
/// <c>/i/{id}/{hash}/{size}.webp</c> for what anybody may see, <c>/p/{id}/…</c> for the rest: two paths, so that an
/// edge can keep the one and never sees a reason to keep the other.
/// </summary>
internal sealed class ImageUrls(SignedLinks links, TransformSignatures signatures) : IImageUrls
{
    public string Variant(ImageRecord image, int size, VariantFormat format = VariantFormat.WebP) =>
        IsPublic(image) ? $"/i/{image.Id}/{image.ContentHash}/{size}.{format.Extension()}" : $"/p/{image.Id}/{size}.{format.Extension()}";

    public string Original(ImageRecord image) => $"/p/{image.Id}/original";

    public string SignedVariant(ImageRecord image, int size, VariantFormat format = VariantFormat.WebP) =>
        IsPublic(image) ? Variant(image, size, format) : $"{Variant(image, size, format)}?sig={links.Sign(image.Id, image.ContentHash)}";

    public string Transform(ImageRecord image, Transform transform, TransformFormat? format)
    {
        if (transform.Fault() is var (field, text)) throw new ArgumentException($"{field}: {text}", nameof(transform));
        var path = new TransformPath(transform, image.Id, format);
        return $"/t/{signatures.Sign(path, image.ContentHash, expires: !IsPublic(image))}/{path}";
    }

    /// <summary>Whether anybody who has the URL may see it.</summary>
    public static bool IsPublic(ImageRecord image) =>
        image is { TrashedAt: null, Status: ImageStatus.Ready, Visibility: not Visibility.Private };
}
