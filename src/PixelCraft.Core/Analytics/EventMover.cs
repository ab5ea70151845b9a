using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Analytics;

/// <summary>Moves events on, batch by batch, for as long as it takes; base of the two ways there are.</summary>
/// <param name="from">Where from; null where there is no such stream, and nothing to do.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told.</param>
internal abstract class EventMover(IEventStream? from, TimeProvider time, ILogger log) : BackgroundService
{
    /// <summary>How soon after coming in an event is moved, and how long it waits when that fails.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private protected TimeProvider Time => time;

    /// <summary>Where to, in the log.</summary>
    private protected abstract string Destination { get; }

    /// <summary>Moves what is there.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (from is null) return;
        while (await from.TakeAsync(cancellationToken) is { } batch)
        {
            await KeepTryingAsync(() => MoveAsync(batch.Events, cancellationToken), cancellationToken);
            // Not cancelled in between: it would only be moved again.
            await KeepTryingAsync(() => from.EndAsync(batch, CancellationToken.None), cancellationToken);
        }
    }

    private protected abstract Task MoveAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (from is null) return;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await KeepTryingAsync(() => RunAsync(stoppingToken), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task KeepTryingAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        var told = false;
        while (true)
        {
            try
            {
                await work();
                if (told) log.LogInformation("Events move on to the {Destination}.", Destination);
                return;
            }
            catch (Exception e) when (e is UnavailableException or StorageFullException)
            {
                if (!told) log.LogWarning("Events wait to be moved to the {Destination}: {Reason}", Destination, e.Message);
                told = true;
            }
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}

/// <summary>
/// From the stream into the store, where they are counted: a worker's. Anybody may send events with any image's id, so those of images that aren't there are left out here:
/// nobody would ever see their counts. Here rather than where they come in, as that must not wait for the catalogue, and is to say the same of all ids.
/// </summary>
internal sealed class EventCopier(IEventStream stream, IEventStore store, IImageLookup images, TimeProvider time, ILogger<EventCopier> log)
    : EventMover(stream, time, log)
{
    private const int LookUpsAtOnce = 8;

    /// <summary>How long a batch may wait for the catalogue.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private protected override string Destination => "analytics database";

    private protected override async Task MoveAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(events.Select(one => one.Image).Distinct(), cancellationToken);
        await store.AddAsync(missing.Count == 0 ? events : [.. events.Where(one => !missing.Contains(one.Image))], cancellationToken);
    }

    private async Task<IReadOnlySet<Id>> MissingAsync(IEnumerable<Id> ids, CancellationToken cancellationToken)
    {
        var missing = new ConcurrentBag<Id>();
        try
        {
            await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = LookUpsAtOnce, CancellationToken = cancellationToken }, async (id, token) =>
            {
                if (await images.FindAsync(id, token) is null) missing.Add(id);
            }).WaitAsync(Patience, Time, cancellationToken);
        }
        catch (Exception e) when (e is UnavailableException or TimeoutException)
        {
            // Counting goes on without the catalogue: a count too many is seen by nobody, one that is lost is missed.
        }
        return missing.ToHashSet();
    }
}

/// <summary>From this machine's disk into the stream, once that is back; where there is such a stream on the disk.</summary>
internal sealed class SpillMover(IEnumerable<SpillStream> spill, IEventStream stream, TimeProvider time, ILogger<SpillMover> log) : EventMover(spill.SingleOrDefault()?.Stream, time, log)
{
    private protected override string Destination => "stream of events";

    private protected override Task MoveAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken) => stream.AppendAsync(events, cancellationToken);
}
