using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.InProcess;

/// <summary>Section <c>Cache</c>: the cache in the memory of the process, where there is no Redis.</summary>
public sealed class InProcessCacheOptions
{
    /// <summary>Bytes that it may hold, keys and about 200 bytes per entry included. 64 MB; 1 MB to 64 GB.</summary>
    [Range(1L << 20, 1L << 36)]
    public long Capacity { get; set; } = 64L << 20;
}
