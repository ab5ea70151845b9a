using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.Redis;

/// <summary>Section <c>Redis</c>: sessions, rate limits, job queue, notices and cache that all servers share.</summary>
public sealed class RedisOptions
{
    /// <summary>
    /// One server, or some of a cluster, as StackExchange.Redis reads it: <c>host:6379,host:6380,user=...,password=...,ssl=true</c>.
    /// Empty, the default: no Redis.
    /// </summary>
    [Secret]
    public string Connection { get; set; } = "";

    /// <summary>
    /// A Redis for the cache alone, which may evict; written as <see cref="Connection"/>. Empty, the default: the cache is in the
    /// same as everything else.
    /// </summary>
    [Secret]
    public string Cache { get; set; } = "";

    /// <summary>How every key and channel begins, for two installations on one Redis. <c>pixelcraft</c>; lower-case letters, digits and '-'.</summary>
    [RegularExpression("[a-z0-9-]{1,40}")]
    public string Prefix { get; set; } = "pixelcraft";

    /// <summary>How long one command may take before Redis counts as away. 1 s; 50 ms to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);
}
