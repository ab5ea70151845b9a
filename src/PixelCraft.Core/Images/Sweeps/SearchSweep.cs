using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Images.Sweeps;

/// <summary>
/// At start and each minute, indexes for the search what isn't: all records once, after an update from a version without search, and meanwhile what
/// servers of that version still change. It goes on where it was, since what is indexed is marked in the record itself.
/// </summary>
internal sealed class SearchSweep(ISearchIndex index, TimeProvider time, ILogger<SearchSweep> log) : BackgroundService
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is UnavailableException or StorageFullException)
            {
                log.LogWarning("The sweep of the search index waits: {Reason}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One sweep; how many records it indexed.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var indexed = 0;
        while (true)
        {
            var count = await index.FillAsync(Batch, cancellationToken);
            indexed += count;
            if (count < Batch) break;
        }
        if (indexed > 0) log.LogInformation("Indexed {Count} images for the search.", indexed);
        return indexed;
    }
}
