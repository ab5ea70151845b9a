using System.ComponentModel.DataAnnotations;
using PixelCraft.Images.Formats;

namespace PixelCraft.Images.Engine;

/// <summary>Section <c>Engine</c>: what images are taken, how variants are made, and what a process that makes them may use.</summary>
public sealed class EngineOptions
{
    /// <summary>Quality of the WebP variants. 80; 1 to 100.</summary>
    [Range(1, 100)]
    public int Quality { get; set; } = 80;

    /// <summary>How hard the WebP encoder works for a smaller file. 2; 0 (fast) to 6 (small).</summary>
    [Range(0, 6)]
    public int Effort { get; set; } = 2;

    /// <summary>Whether still images also get AVIF variants, after they are ready. Off: they cost about ten times the CPU of WebP.</summary>
    public bool Avif { get; set; }

    /// <summary>Quality of the AVIF variants. 55, about WebP's 80; 1 to 100.</summary>
    [Range(1, 100)]
    public int AvifQuality { get; set; } = 55;

    /// <summary>How hard the AVIF encoder works. 2; 0 (fast) to 9 (small).</summary>
    [Range(0, 9)]
    public int AvifEffort { get; set; } = 2;

    /// <summary>Pixels (width times height times frames) of the largest image that is taken. 220,000,000; 1 to 4,000,000,000.</summary>
    [Range(1, 4_000_000_000)]
    public long MaxPixels { get; set; } = 220_000_000;

    /// <summary>Frames of the longest animation that is taken. 2,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxFrames { get; set; } = 2_000;

    /// <summary>Memory, in MB of 2^20 bytes, that a process which decodes may use. 512; 256 to 65,536.</summary>
    [Range(256, 65_536)]
    public int MemoryLimit { get; set; } = 512;

    /// <summary>How long one image may take. 60 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Processes that decode at the same time; 0, the default, means one per processor. At most 1,024.</summary>
    [Range(0, 1_024)]
    public int Processes { get; set; }

    /// <summary>Images after which such a process is replaced by a new one. 500; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int ImagesPerProcess { get; set; } = 500;

    /// <summary>How long such a process may have nothing to do before it is ended. 2 min; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Times that a file may end the process that decodes it before the image is failed. 3; 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxFileFaults { get; set; } = 3;

    /// <summary>The limits of an image.</summary>
    public ImageLimits Limits() => new(MaxPixels, MaxFrames, MemoryLimit * 1024L * 1024);
}
