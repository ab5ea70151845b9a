using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>A visibility as text in a query or a form field.</summary>
internal static class Visibilities
{
    /// <summary>Reads a name in any case. No numbers and no lists of names, which <see cref="Enum.TryParse{T}(string, out T)"/> takes too.</summary>
    public static bool TryParse(string text, out Visibility visibility)
    {
        foreach (var value in Enum.GetValues<Visibility>())
        {
            visibility = value;
            if (text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase)) return true;
        }
        visibility = default;
        return false;
    }
}
