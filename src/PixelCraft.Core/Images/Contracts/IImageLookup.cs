using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>Finds a record for delivery: from the shared cache where it is there, without regard to who asks.</summary>
public interface IImageLookup
{
    /// <summary>The record without its metadata; null where there is none. May be older than the catalogue's by the time between a commit and the cache's update, 30 s at the very most.</summary>
    ValueTask<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken);
}
