using PixelCraft.Images.Contracts;

namespace PixelCraft.Delivery.Contracts;

/// <summary>Makes the URLs under which images are delivered, as paths on this site.</summary>
public interface IImageUrls
{
    /// <summary>
    /// The URL of a variant. Of a public or unlisted image: immutable, for anybody. Of a private one: answered to its
    /// owner's session or token only.
    /// </summary>
    string Variant(ImageRecord image, int size, VariantFormat format = VariantFormat.WebP);

    /// <summary>The URL of the original: for the owner only, since it holds what the camera wrote into it.</summary>
    string Original(ImageRecord image);

    /// <summary>A URL of a private variant that needs no session until it expires, after <see cref="DeliveryOptions.LinkLifetime"/>.</summary>
    string SignedVariant(ImageRecord image, int size, VariantFormat format = VariantFormat.WebP);

    /// <summary>
    /// The URL of a variant on demand, which is made when it is first asked for. Of a public or unlisted image: immutable,
    /// for anybody. Of a private one: for whoever has it until it expires, after <see cref="DeliveryOptions.LinkLifetime"/>.
    /// </summary>
    /// <param name="image">The image, ready.</param>
    /// <param name="transform">What to make; one with a fault throws <see cref="ArgumentException"/>.</param>
    /// <param name="format">The format; null leaves it to what the client accepts.</param>
    string Transform(ImageRecord image, Transform transform, TransformFormat? format);
}
