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
}
