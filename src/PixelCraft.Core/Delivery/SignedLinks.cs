using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Delivery;

/// <summary>
/// Expiring signatures for a private image's variants, by the framework's data protection: its keys are shared by all
/// servers and rotated. A signature is for one image and dies with the image's content hash.
/// </summary>
internal sealed class SignedLinks(IDataProtectionProvider protection, TimeProvider time, IOptions<DeliveryOptions> options)
{
    private readonly IDataProtector _protector = protection.CreateProtector("PixelCraft.Delivery.SignedLinks.v1");

    public string Sign(Id image, string contentHash) =>
        _protector.Protect($"{image}/{contentHash}/{time.GetUtcNow().Add(options.Value.LinkLifetime).ToUnixTimeSeconds()}");

    public bool IsValid(string signature, Id image, string contentHash)
    {
        try
        {
            var parts = _protector.Unprotect(signature).Split('/');
            return parts is [var id, var hash, var expires]
                && id == image.ToString()
                && hash == contentHash
                && long.Parse(expires, System.Globalization.CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds();
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false; // not ours, or changed on the way
        }
    }
}
