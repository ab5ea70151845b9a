using Microsoft.Extensions.Logging;
using PixelCraft.Jobs;

namespace PixelCraft.Images.Sweeps;

/// <summary>
/// At start and each minute, indexes for the search what isn't: all records once, after an update from a version without search, and meanwhile what
/// servers of that version still change. It goes on where it was, since what is indexed is marked in the record itself.
/// </summary>
internal sealed class SearchSweep(ISearchIndex index, TimeProvider time, ILogger<SearchSweep> log)
    : Sweep(TimeSpan.FromMinutes(1), time, log)
{
    private const int Batch = 100;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var indexed = 0;
        while (true)
        {
            var count = await index.FillAsync(Batch, cancellationToken);
            indexed += count;
            if (count < Batch) break;
        }
        if (indexed > 0) log.LogInformation("Indexed {Count} images for the search.", indexed);
    }
}
