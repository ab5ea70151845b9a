using PixelCraft.Consistency;

namespace PixelCraft.Analytics;

/// <summary>
/// Takes events in, and hands them to whoever copies them into the store: each at least once. Failures are
/// <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Events", "Every side goes on taking them in, on the server's own disk if it must; each is counted once, later.")]
public interface IEventStream
{
    /// <summary>Appends events. When it returns, they outlive the process.</summary>
    Task AppendAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken);

    /// <summary>
    /// Takes some of the oldest events, for this process alone until they are ended or the process dies; null when there are none. One
    /// batch at a time: who takes the next has ended the last.
    /// </summary>
    Task<EventBatch?> TakeAsync(CancellationToken cancellationToken);

    /// <summary>Removes a batch: its events are in the store.</summary>
    Task EndAsync(EventBatch batch, CancellationToken cancellationToken);
}

/// <summary>Events that were taken together.</summary>
/// <param name="Tokens">By which the stream knows them.</param>
/// <param name="Events">The events.</param>
public sealed record EventBatch(IReadOnlyList<string> Tokens, IReadOnlyList<ImageEvent> Events);
