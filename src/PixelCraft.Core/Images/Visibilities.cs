using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>How uploads say who may see the image.</summary>
internal static class Visibilities
{
    /// <summary>What is told to those who say something else.</summary>
    public const string Rule = "visibility: public, unlisted or private.";

    /// <summary>Reads it; private when nothing was said. No numbers.</summary>
    public static bool TryParse(string? text, out Visibility visibility)
    {
        visibility = Visibility.Private;
        return string.IsNullOrEmpty(text) || (Enum.TryParse(text, ignoreCase: true, out visibility) && Enum.IsDefined(visibility) && !char.IsAsciiDigit(text[0]));
    }
}
