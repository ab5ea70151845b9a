using PixelCraft.Ids;

namespace PixelCraft.Delivery;

/// <summary>No edge, or one that is not told: nothing is there to be forgotten.</summary>
internal sealed class NoEdge : IEdge
{
    public int Most => 1_000;

    public Task PurgeAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken) => Task.CompletedTask;

    public KeyValuePair<string, string>? Label(Id image) => null;

    public Task<string> CheckAsync(CancellationToken cancellationToken) => Task.FromResult("none");
}
