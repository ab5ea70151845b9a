using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Images;

/// <summary>
/// For who is about to say that a change is done because it is found to be there. What the catalogue shows may be a commit that was answered
/// 503, since no standby had confirmed it: with its server it would still be lost. Writes that find what they would write ask by themselves.
/// Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface IConfirmation
{
    /// <summary>Returns when nothing can be lost any more of what was committed before where this id's shard is.</summary>
    /// <param name="id">Of a member, an image or what belongs to it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ConfirmAsync(Id id, CancellationToken cancellationToken);
}
