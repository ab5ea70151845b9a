using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// The catalogue as it is shown: what only looks, and decides nothing that is written, asks here. It may be behind
/// <see cref="ICatalogue"/> by a bounded time, but never behind what the one who asks has written (<see cref="ReadPosition"/>); it goes on
/// while the catalogue takes no writes. Failures are <see cref="UnavailableException"/>.
/// </summary>
[ConsistencyChoice(Choice.ApBounded, "Images as they are shown and listed", "Replicas go on answering, a few seconds behind at most, or as old as they are while nothing takes writes; never without what the reader has written.")]
public interface ICatalogueView
{
    /// <summary>As <see cref="ICatalogue.FindAsync"/>.</summary>
    Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken);

    /// <summary>As <see cref="ICatalogue.ListAsync"/>.</summary>
    Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken);
}
