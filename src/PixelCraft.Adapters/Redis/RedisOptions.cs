using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.Redis;

/// <summary>Section <c>Redis</c>: the shared cache, job queue and rate limits.</summary>
public sealed class RedisOptions
{
    /// <summary>
    /// One server, or some of a cluster, as StackExchange.Redis reads it: <c>host:6379,host:6380,user=...,password=...,ssl=true</c>.
    /// Empty, the default: no Redis.
    /// </summary>
    [Secret]
    public string Connection { get; set; } = "";

    /// <summary>How every key and channel begins, for two installations on one Redis. <c>pixelcraft</c>; lower-case letters, digits and '-'.</summary>
    [RegularExpression("[a-z0-9-]{1,40}")]
    public string Prefix { get; set; } = "pixelcraft";

    /// <summary>How long one command may take before Redis counts as away. 1 s; 50 ms to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);
}
