using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>Finds a record for delivery: from memory or the shared cache where it is there, without regard to who asks.</summary>
public interface IImageLookup
{
    /// <summary>The record without its metadata; null where there is none. May be older than the catalogue's by the time that the news of a change takes: milliseconds; 1 s where the notice is lost; 30 s when the writer dies between its commit and the cache's update. While the cache is away: by the time that a replica may be behind.</summary>
    ValueTask<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken);
}
