using PixelCraft.Consistency;

namespace PixelCraft.Storage;

/// <summary>
/// What only some stores can do: clients put the parts of an object into the store themselves, by URLs that the program signs.
/// Nothing is at the key until the upload is completed, and nothing can be put by its URLs afterwards. Where it is missing, so are
/// the routes that need it. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(IObjectStore))]
public interface IDirectUploads
{
    /// <summary>Begins an upload of the object of that key, see <see cref="IObjectStore"/>.</summary>
    /// <returns>What the store calls it; at most 1,000 characters.</returns>
    Task<string> BeginAsync(string key, string contentType, CancellationToken cancellationToken);

    /// <summary>A URL by which anybody can PUT one part, of exactly that length, until then. Nothing is sent.</summary>
    /// <param name="key">As begun.</param>
    /// <param name="upload">What <see cref="BeginAsync"/> returned.</param>
    /// <param name="part">Which part, from 1 to 10,000.</param>
    /// <param name="length">Its bytes: 5 MiB at least, but for the last one.</param>
    /// <param name="until">Until when, UTC; 7 days from now at most.</param>
    Uri PartUrl(string key, string upload, int part, long length, DateTimeOffset until);

    /// <summary>Makes the object of its parts, durably, in the place of what was at the key.</summary>
    /// <param name="key">As begun.</param>
    /// <param name="upload">What <see cref="BeginAsync"/> returned.</param>
    /// <param name="etags">Of the parts in their order from 1, as the store answered them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<DirectOutcome> CompleteAsync(string key, string upload, IReadOnlyList<string> etags, CancellationToken cancellationToken);

    /// <summary>Gives the upload up and removes its parts. No error where there is none, or it is completed.</summary>
    Task AbortAsync(string key, string upload, CancellationToken cancellationToken);
}

/// <summary>What became of completing an upload.</summary>
public enum DirectOutcome
{
    /// <summary>The object is there.</summary>
    Completed,

    /// <summary>A part is missing, too small, or not the one of its ETag; the upload is as it was.</summary>
    WrongParts,

    /// <summary>There is no such upload: completed or aborted.</summary>
    NotFound,
}
