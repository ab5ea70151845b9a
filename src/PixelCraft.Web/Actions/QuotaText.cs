using System.Globalization;

namespace PixelCraft.Web.Actions;

/// <summary>A quota as administrators write it: gigabytes (10^9 bytes); nothing, or 0, means without limit.</summary>
internal static class QuotaText
{
    /// <summary>The most that can be set.</summary>
    public const int MaxGigabytes = 1_000_000;

    private const decimal Gigabyte = 1_000_000_000;

    /// <summary>As a number field of HTML takes it; null for no limit.</summary>
    public static string? Write(long? bytes) => bytes is > 0 ? (bytes.Value / Gigabyte).ToString("0.#########", CultureInfo.InvariantCulture) : null;

    /// <summary>Reads it; false when it is not a number from 0 to <see cref="MaxGigabytes"/>.</summary>
    public static bool TryRead(string? text, out long? bytes)
    {
        bytes = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var gigabytes) || gigabytes > MaxGigabytes) return false;
        if (gigabytes > 0) bytes = Math.Max(1, (long)(gigabytes * Gigabyte));
        return true;
    }
}
