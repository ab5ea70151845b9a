using System.Security.Cryptography;

namespace PixelCraft.Images;

/// <summary>
/// Makes the changing part of public URLs: SHA-256 over the original's hash and 16 random bytes, cut to 80 bits, as 16
/// characters of base 32. The salt keeps those who know the bytes from computing the URL of an image hidden from them.
/// </summary>
internal static class ContentHash
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string New(string sha256)
    {
        Span<byte> input = stackalloc byte[48];
        Convert.FromHexString(sha256, input, out _, out _);
        RandomNumberGenerator.Fill(input[32..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        return string.Create(16, hash[..10].ToArray(), static (text, bytes) =>
        {
            // 5 bits a character; 10 bytes are exactly 16 of them.
            for (var i = 0; i < text.Length; i++)
            {
                var bit = i * 5;
                var pair = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
                text[i] = Alphabet[(pair >> (11 - bit % 8)) & 31];
            }
        });
    }
}
