namespace PixelCraft.Images.Formats;

/// <summary>A file format that can be uploaded.</summary>
public enum ImageFormat
{
    /// <summary>JPEG: ITU-T T.81.</summary>
    Jpeg = 1,

    /// <summary>PNG: W3C Portable Network Graphics.</summary>
    Png = 2,

    /// <summary>GIF 87a and 89a.</summary>
    Gif = 3,

    /// <summary>WebP: RFC 9649.</summary>
    WebP = 4,

    /// <summary>AVIF: AV1 in the HEIF container.</summary>
    Avif = 5,

    /// <summary>TIFF 6.0 and BigTIFF.</summary>
    Tiff = 6,

    /// <summary>HEIC: HEVC in the HEIF container. Read only where <see cref="HeicConverter"/> is installed.</summary>
    Heic = 7,
}

/// <summary>What the program says of a format.</summary>
public static class ImageFormats
{
    /// <summary>The media type.</summary>
    public static string ContentType(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.Gif => "image/gif",
        ImageFormat.WebP => "image/webp",
        ImageFormat.Avif => "image/avif",
        ImageFormat.Tiff => "image/tiff",
        ImageFormat.Heic => "image/heic",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}
