using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Images.Engine;

/// <summary>Section <c>Engine</c>: how variants are made.</summary>
public sealed class EngineOptions
{
    /// <summary>WebP quality of the variants. 80; 1 to 100.</summary>
    [Range(1, 100)]
    public int Quality { get; set; } = 80;

    /// <summary>How hard the WebP encoder works for a smaller file. 4; 0 (fast) to 6 (small).</summary>
    [Range(0, 6)]
    public int Effort { get; set; } = 4;

    /// <summary>Pixels (width times height) of the largest image that is taken. 220,000,000; 1 to 4,000,000,000.</summary>
    [Range(1, 4_000_000_000)]
    public long MaxPixels { get; set; } = 220_000_000;
}
