using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Delivery;

/// <summary>
/// The caches in front of the load balancers. They keep only what anybody may see: answers that are <c>public</c>. How long
/// an edge that can't be reached goes on with what it has: docs/decisions/0020-purge.md.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Images at the edges", "An edge that can't be reached goes on with what it has until a purge reaches it, for an hour at most where the edges are our own.")]
public interface IEdge
{
    /// <summary>How many images one purge may name.</summary>
    int Most { get; }

    /// <summary>
    /// Makes every edge forget all it has of these images: every variant, every range. When it returns, all have confirmed it, and what any of
    /// them was fetching at that moment is not brought back by the end of that fetch.
    /// </summary>
    /// <param name="images">At most <see cref="Most"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="UnavailableException">Not all have confirmed; it says which not. The purge is to be repeated, which does no harm to the others.</exception>
    Task PurgeAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken);

    /// <summary>The header that tells an edge of which image an answer is; null where none needs it.</summary>
    KeyValuePair<string, string>? Label(Id image);

    /// <summary>Sees whether every edge would take a purge.</summary>
    /// <returns>What to say of them.</returns>
    /// <exception cref="UnavailableException">One would not; it says which and why.</exception>
    Task<string> CheckAsync(CancellationToken cancellationToken);
}
