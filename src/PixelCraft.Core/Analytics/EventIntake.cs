using Microsoft.Extensions.Logging;

namespace PixelCraft.Analytics;

/// <summary>
/// The stream that events are to go into, and where it can be away, one on this machine that takes its place meanwhile.
/// </summary>
/// <param name="stream">Where they are to go.</param>
/// <param name="spill">The one on this machine; empty where <paramref name="stream"/> is on this machine itself.</param>
/// <param name="log">Where it is told.</param>
internal sealed class EventIntake(IEventStream stream, IEnumerable<SpillStream> spill, ILogger<EventIntake> log)
{
    private readonly SpillStream? _spill = spill.SingleOrDefault();

    /// <summary>Appends events, to wherever they can be appended.</summary>
    public async Task AppendAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            await stream.AppendAsync(events, cancellationToken);
        }
        catch (UnavailableException e) when (_spill is not null)
        {
            log.LogDebug(e, "Events go to this machine's disk.");
            await _spill.Stream.AppendAsync(events, cancellationToken);
        }
    }
}

/// <summary>The stream on this machine that takes the place of one that is away.</summary>
/// <param name="Stream">It.</param>
public sealed record SpillStream(IEventStream Stream);
