using System.Security.Cryptography;
using System.Text;

namespace PixelCraft.Adapters.Redis;

/// <summary>A Lua script with its hash, by which a server that has run it before knows it.</summary>
/// <param name="text">The script.</param>
internal sealed class RedisScript(string text)
{
    public string Text { get; } = text;

    /// <summary>SHA-1, since that is what Redis takes.</summary>
#pragma warning disable CA5350 // a name, not a secret
    public byte[] Hash { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
