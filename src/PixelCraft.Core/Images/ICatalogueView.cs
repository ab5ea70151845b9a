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

    /// <summary>
    /// Those of a list that have the words asked for, newest first. It looks at so many images and no more, however many there are:
    /// what is found may be fewer than asked for, or none, while there is somewhere to go on.
    /// </summary>
    /// <param name="query">The list: an owner's, or those that are public, ready and not in the trash.</param>
    /// <param name="terms">The words.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<FoundImages> SearchAsync(ImageQuery query, SearchTerms terms, CancellationToken cancellationToken);
}

/// <summary>What a search found.</summary>
/// <param name="Images">Newest first, without their <see cref="ImageRecord.Metadata"/>.</param>
/// <param name="Next">Where to go on, the value for <see cref="ImageQuery.After"/>, or for <see cref="ImageQuery.Before"/> where the search went that way; null when there are no more.</param>
public sealed record FoundImages(IReadOnlyList<ImageRecord> Images, Id? Next);
