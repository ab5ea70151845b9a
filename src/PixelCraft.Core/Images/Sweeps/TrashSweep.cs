using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Sweeps;

/// <summary>
/// Removes for good what has been in the trash for <see cref="UploadOptions.TrashTime"/>. The record goes first, and only as
/// it was seen: an image that is restored at that moment stays whole. Objects that then can't be removed are left to <see cref="OrphanSweep"/>.
/// </summary>
internal sealed class TrashSweep(
    ICatalogue catalogue, ImageRecords records, ImageEraser eraser, SweepMetrics metrics, TimeProvider time, IOptions<UploadOptions> options, ILogger<TrashSweep> log)
{
    private const int Batch = 100;

    /// <summary>One sweep; how many images went.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        var query = new ImageQuery { TrashedBefore = time.GetUtcNow() - options.Value.TrashTime, Limit = Batch };
        while (true)
        {
            var images = await catalogue.ListAsync(query, cancellationToken);
            foreach (var image in images)
            {
                if (!await records.RemoveAsync(image.Id, image.Version, cancellationToken)) continue;
                removed++;
                metrics.Count("trash", 1);
                await eraser.RemoveObjectsAsync(image, cancellationToken);
            }
            if (images.Count < Batch) break;
            query = query with { After = images[^1].Id };
        }
        if (removed > 0) log.LogInformation("Removed {Count} images that had been in the trash for {Time}.", removed, options.Value.TrashTime);
        return removed;
    }
}
