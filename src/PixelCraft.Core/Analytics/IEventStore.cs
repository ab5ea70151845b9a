using PixelCraft.Analytics.Contracts;
using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Analytics;

/// <summary>
/// Where events are counted. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>. Counts may be
/// read from a copy that lags.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Counts of events", "They lag, and agree when the sides meet again.")]
public interface IEventStore
{
    /// <summary>Counts those of the events that it doesn't know yet, by image, UTC day and kind; all or none.</summary>
    Task AddAsync(IReadOnlyCollection<ImageEvent> events, CancellationToken cancellationToken);

    /// <summary>The counts of an image from one day to another, both included, oldest first; days and kinds without any are left out.</summary>
    Task<IReadOnlyList<DailyCount>> CountsAsync(Id image, DateOnly from, DateOnly until, CancellationToken cancellationToken);

    /// <summary>Forgets which events were counted that happened before then, UTC; the counts stay.</summary>
    /// <returns>How many.</returns>
    Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>How often something happened to an image on a day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Count">How often.</param>
public readonly record struct DailyCount(DateOnly Day, EventKind Kind, long Count);
