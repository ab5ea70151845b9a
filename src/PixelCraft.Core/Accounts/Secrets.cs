using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PixelCraft.Accounts;

/// <summary>
/// Makes the secrets that members hold and the hashes that are stored instead of them. All are random with 100 bits or
/// more, so a plain SHA-256 can't be reversed by trying, which a password's could.
/// </summary>
internal static class Secrets
{
    public const string TokenPrefix = "pc_";

    /// <summary>Characters of a session key: 32 bytes in base64url.</summary>
    public const int SessionKeyLength = 43;

    // Crockford's base 32 in lower case: nothing in it is mistaken for something else.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string NewSessionKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>260 bits.</summary>
    public static string NewToken() => TokenPrefix + RandomNumberGenerator.GetString(Alphabet, 52);

    /// <summary>100 bits in four groups, to be typed by people if need be.</summary>
    public static string NewCode() => string.Join('-', RandomNumberGenerator.GetString(Alphabet, 20).Chunk(5).Select(group => new string(group)));

    /// <summary>What is stored of a secret: SHA-256 in lower-case hexadecimal digits.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The hash of an invitation's code as somebody typed it: capitals, blanks and hyphens don't matter.</summary>
    public static string HashCode(string code) => Hash(string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant());

    public static string NewStamp() => RandomNumberGenerator.GetHexString(32);
}
