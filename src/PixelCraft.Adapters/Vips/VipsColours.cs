using System.Text;
using NetVips;
using PixelCraft.Images.Formats;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// Variants are in sRGB without a profile, or, where the original has more colours than that, in Display P3 with libvips's own
/// profile of it: a stranger's profile is never handed on. Nothing is converted where nothing needs to be, since that costs
/// more than decoding: an sRGB profile is dropped, and pixels in Display P3 stay as they are.
/// </summary>
internal static class VipsColours
{
    private const string Profile = "icc-profile-data";
    private static readonly string[] Wide = ["Adobe RGB", "ProPhoto", "P3", "BT.2020", "BT2020", "Rec. 2020", "Rec2020"];
    private static readonly Lazy<byte[]> DisplayP3 = new(() => Image.ProfileLoad("p3"));

    /// <summary>What becomes of an image's colours.</summary>
    public enum Plan { Srgb, ConvertToSrgb, P3, ConvertToP3 }

    public static Plan PlanFor(Image image)
    {
        var isRgb = image.Interpretation is Enums.Interpretation.Srgb or Enums.Interpretation.Rgb16 or Enums.Interpretation.Rgb;
        if (!image.Contains(Profile)) return isRgb || IsGrey(image) ? Plan.Srgb : Plan.ConvertToSrgb;
        if (!isRgb) return Plan.ConvertToSrgb;
        var name = Description((byte[])image.Get(Profile));
        if (name.Contains("sRGB", StringComparison.Ordinal) && !name.Contains("inear", StringComparison.Ordinal)) return Plan.Srgb;
        if (name.Contains("Display P3", StringComparison.Ordinal) || name.Contains("DisplayP3", StringComparison.Ordinal)) return Plan.P3;
        return Wide.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) ? Plan.ConvertToP3 : Plan.ConvertToSrgb;
    }

    /// <summary>The profile to convert to; null to leave the pixels.</summary>
    public static string? Convert(Plan plan) => plan switch
    {
        Plan.ConvertToSrgb => "srgb",
        Plan.ConvertToP3 => "p3",
        _ => null,
    };

    /// <summary>The image with the profile that the plan wants, and no other metadata.</summary>
    public static Image Tag(Image pixels, Plan plan) => pixels.Mutate(image =>
    {
        foreach (var field in pixels.GetFields().Where(name => name.EndsWith("-data", StringComparison.Ordinal))) image.Remove(field);
        if (plan is Plan.P3 or Plan.ConvertToP3) image.Set(GValue.BlobType, Profile, DisplayP3.Value);
    });

    /// <summary>The ThumbHash in base 64, and the dominant colour, both in sRGB.</summary>
    public static (string ThumbHash, string DominantColour) Summary(Image pixels, Plan plan)
    {
        using var small = pixels.ThumbnailImage(
            ThumbHash.MaxSide, height: ThumbHash.MaxSide, size: Enums.Size.Down, noRotate: true, outputProfile: plan is Plan.P3 or Plan.ConvertToP3 ? "srgb" : null);
        using var rgb = small.Colourspace(Enums.Interpretation.Srgb);
        using var bytes = rgb.Cast(Enums.BandFormat.Uchar);
        using var rgba = bytes.HasAlpha() ? bytes.Copy() : bytes.Bandjoin(255);
        var memory = rgba.WriteToMemory<byte>();
        return (System.Convert.ToBase64String(ThumbHash.Encode(rgba.Width, rgba.Height, memory)), DominantColour.Of(memory));
    }

    private static bool IsGrey(Image image) => image.Interpretation is Enums.Interpretation.Bw or Enums.Interpretation.Grey16;

    /// <summary>The beginning of a profile as text, where its description is, in ASCII or in UTF-16 without its zeros. ICC.1 section 9.2.41.</summary>
    private static string Description(byte[] profile) => Encoding.Latin1.GetString([.. profile.Take(8_192).Where(b => b != 0)]);
}
