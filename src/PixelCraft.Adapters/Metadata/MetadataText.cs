using System.Globalization;
using System.Text;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.Metadata;

/// <summary>
/// Makes a stranger's text harmless to show, store and search: without control characters and those that turn the
/// direction of writing, well-formed, trimmed and cut. What it says stays: markup is escaped where it is shown.
/// </summary>
internal static class MetadataText
{
    /// <summary>One line of at most <see cref="ImageMetadata.MaxText"/> characters; null when nothing is left.</summary>
    public static string? Line(string? text) => Clean(text, ImageMetadata.MaxText, lines: false);

    /// <summary>At most <see cref="ImageMetadata.MaxDescription"/> characters, line breaks kept; null when nothing is left.</summary>
    public static string? Lines(string? text) => Clean(text, ImageMetadata.MaxDescription, lines: true);

    private static string? Clean(string? text, int max, bool lines)
    {
        if (text is null) return null;
        var clean = new StringBuilder(Math.Min(text.Length, max));
        // Enumerating runes makes lone surrogates U+FFFD.
        foreach (var rune in text.Trim('\0', ' ', '\r', '\n', '\t').EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > max) break;
            if (lines && rune.Value == '\n') clean.Append('\n');
            else if (rune.Value is '\n' or '\t') clean.Append(' ');
            else if (!IsDropped(rune)) clean.Append(rune.ToString());
        }
        var result = clean.ToString().Trim();
        return result.Length == 0 ? null : result;
    }

    private static bool IsDropped(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        // Embeddings, overrides and isolates of direction, and their marks.
        || rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or 0x200E or 0x200F or 0xFEFF;
}
