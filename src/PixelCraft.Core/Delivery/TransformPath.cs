using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Delivery;

/// <summary>What follows the signature in the URL of a variant on demand: <c>{transform}/{id}.{jpg|webp|avif|auto}</c>.</summary>
/// <param name="Transform">What to make.</param>
/// <param name="Image">Of which image.</param>
/// <param name="Format">In which format; null for <c>auto</c>, what the client accepts.</param>
internal sealed record TransformPath(Transform Transform, Id Image, TransformFormat? Format)
{
    private const string Auto = "auto";

    /// <summary>Reads what <see cref="ToString"/> writes, and nothing else.</summary>
    public static bool TryParse(string options, string file, out TransformPath? path, out string? fault)
    {
        path = null;
        if (!Transform.TryParse(options, out var transform, out fault)) return false;
        var dot = file.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !TryParseFormat(file[(dot + 1)..], out var format))
        {
            fault = "The name ends with .jpg, .webp, .avif or .auto.";
            return false;
        }
        if (!Id.TryParse(file.AsSpan(0, dot), null, out var image) || !file.AsSpan(0, dot).SequenceEqual(image.ToString()))
        {
            fault = "The name is not an image's id.";
            return false;
        }
        path = new TransformPath(transform!, image, format);
        return true;
    }

    public override string ToString() => $"{Transform}/{Image}.{Format?.Extension() ?? Auto}";

    private static bool TryParseFormat(string text, out TransformFormat? format)
    {
        format = null;
        if (text == Auto) return true;
        foreach (var known in Enum.GetValues<TransformFormat>())
            if (known.Extension() == text) format = known;
        return format is not null;
    }
}
