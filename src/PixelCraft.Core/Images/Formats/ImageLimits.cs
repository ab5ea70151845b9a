using System.Globalization;

namespace PixelCraft.Images.Formats;

/// <summary>What an image may be, by its header: judged while it is uploaded, and again before it is decoded.</summary>
/// <param name="MaxPixels">Width times height times frames.</param>
/// <param name="MaxFrames">Frames of an animation.</param>
/// <param name="MaxMemory">Bytes that the process which decodes may use.</param>
public sealed record ImageLimits(long MaxPixels, int MaxFrames, long MaxMemory)
{
    /// <summary>
    /// A GIF can't be decoded line by line: its decoder holds the canvas at 4 bytes a pixel, and a copy of it to go back to.
    /// The process needs about this much besides.
    /// </summary>
    private const long BytesPerGifPixel = 8;
    private const long Besides = 128L * 1024 * 1024;

    /// <summary>What is said of an image that needs more memory, after "This GIF ".</summary>
    public string MemoryReason() => Text($"needs more memory than the limit of {MaxMemory / 1024 / 1024} MB.");

    /// <summary>Why an image is not taken, a sentence for its owner; null when it is, as far as the header tells by now.</summary>
    public string? Refuse(HeaderResult header)
    {
        if (header.Outcome != HeaderOutcome.Found) return null;
        var pixels = (decimal)header.Width * header.Height;
        if (pixels * header.Frames > MaxPixels)
        {
            var frames = header.Frames > 1 ? Text($" in {header.Frames:N0} frames or more") : "";
            return Text($"The image has {header.Width} x {header.Height} pixels{frames}; the limit is {MaxPixels / 1_000_000m:0.##} megapixels.");
        }
        if (header.Frames > MaxFrames) return Text($"The animation has more than {MaxFrames:N0} frames, which is the limit.");
        if (header.Format == ImageFormat.Gif && pixels * BytesPerGifPixel > MaxMemory - Besides)
            return Text($"This GIF of {header.Width} x {header.Height} pixels {MemoryReason()}");
        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
