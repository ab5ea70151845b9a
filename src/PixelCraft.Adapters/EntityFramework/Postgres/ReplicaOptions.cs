using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>Section <c>Replicas</c>: reads from PostgreSQL's replicas, where a connection string names several hosts.</summary>
public sealed class ReplicaOptions
{
    /// <summary>How far a replica may be behind to be read from. 5 s; 1 s to 8 s, less than records stay in the cache. What somebody has written they see at once, whatever this is.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:08")]
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromSeconds(5);
}
