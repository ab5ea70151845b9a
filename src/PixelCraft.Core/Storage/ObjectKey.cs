namespace PixelCraft.Storage;

/// <summary>The rule for keys, the same for every adapter; see <see cref="IObjectStore"/>.</summary>
public static class ObjectKey
{
    /// <summary>Characters of the longest key.</summary>
    public const int MaxLength = 200;

    /// <summary>Throws unless <paramref name="key"/> keeps the rule.</summary>
    /// <exception cref="ArgumentException">It doesn't.</exception>
    public static void ThrowIfInvalid(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > MaxLength) throw new ArgumentException($"A key has 1 to {MaxLength} characters.", nameof(key));
        foreach (var c in key)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '.' or '/'))
                throw new ArgumentException("A key has lower-case letters, digits, '-', '.' and '/' only.", nameof(key));
        foreach (var segment in key.Split('/'))
            if (segment is "" or "." or "..") throw new ArgumentException("A key has no empty, '.' or '..' segment.", nameof(key));
    }
}
