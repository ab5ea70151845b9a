using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>A visibility as text in a query, a form field or an upload's metadata.</summary>
internal static class Visibilities
{
    /// <summary>What is told to those who say something else.</summary>
    public const string Rule = "visibility: public, unlisted or private.";

    /// <summary>
    /// Reads a name in any case; private when nothing was said. No numbers and no lists of names, which
    /// <see cref="Enum.TryParse{T}(string, out T)"/> takes too.
    /// </summary>
    public static bool TryParse(string? text, out Visibility visibility)
    {
        visibility = Visibility.Private;
        if (string.IsNullOrEmpty(text)) return true;
        foreach (var value in Enum.GetValues<Visibility>())
        {
            visibility = value;
            if (text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
