using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using PixelCraft.Delivery.Contracts;

namespace PixelCraft.Delivery;

/// <summary>
/// Signs URLs of variants on demand: HMAC-SHA256 in base64url over the path, the image's content hash, and the time when it
/// expires. The content hash is not in the URL, but makes the URL die when who may see the image changes. A signature that
/// expires is <c>{unix seconds}.{mac}</c>.
/// </summary>
internal sealed class TransformSignatures(SigningKeys keys, TimeProvider time, IOptions<DeliveryOptions> options)
{
    private const int MacLength = 43; // 32 bytes in base64url

    /// <param name="path">What is signed.</param>
    /// <param name="contentHash">Of the image.</param>
    /// <param name="expires">Whether it expires, after <see cref="DeliveryOptions.LinkLifetime"/>; else the same URL is signed alike each time.</param>
    public string Sign(TransformPath path, string contentHash, bool expires)
    {
        if (!expires) return Base64Url.EncodeToString(Mac(keys.All[0], path, contentHash, ""));
        var until = time.GetUtcNow().Add(options.Value.LinkLifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{until}.{Base64Url.EncodeToString(Mac(keys.All[0], path, contentHash, until))}";
    }

    /// <param name="signature">A user's text.</param>
    /// <param name="path">What it must be for.</param>
    /// <param name="contentHash">Of the image.</param>
    /// <param name="expires">Whether it must be one that expires: one of the other kind is not valid.</param>
    public bool IsValid(string signature, TransformPath path, string contentHash, bool expires)
    {
        var until = "";
        if (expires)
        {
            var dot = signature.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0) return false;
            until = signature[..dot];
            if (!long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds <= time.GetUtcNow().ToUnixTimeSeconds()) return false;
            signature = signature[(dot + 1)..];
        }
        Span<byte> given = stackalloc byte[32];
        if (signature.Length != MacLength || Base64Url.DecodeFromChars(signature, given, out _, out var length) != OperationStatus.Done || length != given.Length) return false;
        // The last character has two bits that mean nothing: only one spelling is taken.
        if (Base64Url.EncodeToString(given) != signature) return false;
        foreach (var key in keys.All)
            if (CryptographicOperations.FixedTimeEquals(given, Mac(key, path, contentHash, until))) return true;
        return false;
    }

    private static byte[] Mac(byte[] key, TransformPath path, string contentHash, string until) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"/t\n{path}\n{contentHash}\n{until}"));
}
