using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Analytics.Contracts;

/// <summary>Section <c>Analytics</c>.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>How old an event may be when it comes in, and for how long it is known that it came. 7 days; 1 h to 90 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "90.00:00:00")]
    public TimeSpan EventTime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of events that may wait on this machine while they can't be handed on. 256 MB; 1 MB to 100 GB.</summary>
    [Range(1_000_000, 100_000_000_000)]
    public long SpillBytes { get; set; } = 256_000_000;
}
