namespace PixelCraft.Caching;

/// <summary>What a key, value and lifetime in an <see cref="ICache"/> may be: checked by every adapter, so that all refuse the same.</summary>
public static class CacheRules
{
    /// <summary>Characters of a key, at most.</summary>
    public const int MaxKeyLength = 200;

    /// <summary>Bytes of a value, at most: 64 KB.</summary>
    public const int MaxValueLength = 64 * 1024;

    /// <summary>Throws <see cref="ArgumentException"/> for what the program must not ask for.</summary>
    public static void Check(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime)
    {
        CheckKey(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxValueLength);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
    }

    /// <summary>The same for a key alone.</summary>
    public static void CheckKey(string key)
    {
        if (key.Length is 0 or > MaxKeyLength)
            throw new ArgumentException("The key is empty or too long.", nameof(key));
    }
}
