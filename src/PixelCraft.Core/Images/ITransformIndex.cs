using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Images;

/// <summary>
/// Which variants on demand are stored, so that they can be found when their image goes. A name is written here before its object
/// is stored: nothing is stored that isn't listed. Failures are <see cref="UnavailableException"/> and
/// <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface ITransformIndex
{
    /// <summary>Notes a name; one that is there already stays as it is.</summary>
    /// <param name="image">Of which image.</param>
    /// <param name="name">See <see cref="Contracts.ObjectKeys.Transform"/>; at most 150 characters.</param>
    /// <param name="madeAt">When, UTC.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task AddAsync(Id image, string name, DateTimeOffset madeAt, CancellationToken cancellationToken);

    /// <summary>The names of an image, oldest first.</summary>
    Task<IReadOnlyList<string>> ListAsync(Id image, CancellationToken cancellationToken);

    /// <summary>Forgets a name; no error where there is none.</summary>
    Task RemoveAsync(Id image, string name, CancellationToken cancellationToken);
}

/// <summary>A stored variant on demand.</summary>
/// <param name="ImageId">Of which image.</param>
/// <param name="Name">See <see cref="Contracts.ObjectKeys.Transform"/>.</param>
/// <param name="MadeAt">When it was noted, UTC.</param>
public sealed record StoredTransform(Id ImageId, string Name, DateTimeOffset MadeAt);
