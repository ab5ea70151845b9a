using System.Text.Json.Serialization;
using PixelCraft.Http;

namespace PixelCraft.Images.Contracts;

/// <summary>A file format of variants.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<VariantFormat>))]
public enum VariantFormat
{
    /// <summary>WebP: every image has it.</summary>
    WebP = 0,

    /// <summary>AVIF: smaller and dearer to make; made afterwards where that is configured.</summary>
    Avif = 1,
}

/// <summary>What the program says of a format of variants.</summary>
public static class VariantFormats
{
    /// <summary>The media type.</summary>
    public static string ContentType(this VariantFormat format) => format is VariantFormat.Avif ? "image/avif" : "image/webp";

    /// <summary>The end of file names and URLs, without a dot.</summary>
    public static string Extension(this VariantFormat format) => format is VariantFormat.Avif ? "avif" : "webp";
}
