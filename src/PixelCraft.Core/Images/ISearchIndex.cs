using PixelCraft.Consistency;

namespace PixelCraft.Images;

/// <summary>
/// The words by which <see cref="ICatalogueView.SearchAsync"/> finds images. <see cref="ICatalogue"/> keeps them with every change of a record, in the same transaction;
/// here is caught up with what came from elsewhere: from before there was a search, or from a server of a version that has none.
/// Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface ISearchIndex
{
    /// <summary>Indexes some of the records whose words are not those of their present version. Several servers may do it at once.</summary>
    /// <param name="limit">How many at most, from 1.</param>
    /// <param name="cancellationToken">Ends the call; what is done stays.</param>
    /// <returns>How many there were: fewer than <paramref name="limit"/> when none is left.</returns>
    Task<int> FillAsync(int limit, CancellationToken cancellationToken);
}
