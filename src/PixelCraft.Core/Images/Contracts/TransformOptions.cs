using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Images.Contracts;

/// <summary>Section <c>Transforms</c>: variants on demand, for each process.</summary>
public sealed class TransformOptions
{
    /// <summary>How many are made at a time. 0: as many as the machine has processors; 0 to 256.</summary>
    [Range(0, 256)]
    public int Concurrency { get; set; }

    /// <summary>How many more may wait; further ones are answered 503 with <c>Retry-After</c>. 100; 0 to 10,000.</summary>
    [Range(0, 10_000)]
    public int Waiting { get; set; } = 100;

    /// <summary>How long one may take, waiting included. 30 s; 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many are kept of one image; beyond that the oldest goes. 500; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int KeptPerImage { get; set; } = 500;

    /// <summary>Whether a browser that takes AVIF and WebP alike gets AVIF: smaller, and several times the work. True.</summary>
    public bool PreferAvif { get; set; } = true;
}
