using Microsoft.Extensions.Logging;
using PixelCraft.Images.Resumable;

namespace PixelCraft.Images.Sweeps;

/// <summary>Removes what uploads leave behind when their time is up: resumable ones, reservations, idempotency keys.</summary>
internal sealed class UploadSweep(
    IResumableUploads uploads, UploadRemoval removal, IQuotaLedger ledger, IIdempotencyStore keys, SweepMetrics metrics, TimeProvider time, ILogger<UploadSweep> log)
{
    private const int Batch = 100;

    /// <summary>One sweep; how many resumable uploads went.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var removed = 0;
        while (await uploads.ListAsync(now, null, Batch, cancellationToken) is { Count: > 0 } expired)
        {
            foreach (var upload in expired)
            {
                // One that a request is writing to at this moment is over in a while; the next sweep comes.
                await using var held = await UploadLock.TryTakeAsync(uploads, upload.Id, time, log, cancellationToken);
                if (held is null) return removed;
                await removal.RemoveAsync(upload, cancellationToken);
                removed++;
            }
        }
        metrics.Count("upload", removed);
        metrics.Count("reservation", await ledger.ReleaseExpiredAsync(now, Batch * 10, cancellationToken));
        metrics.Count("key", await keys.RemoveExpiredAsync(now, Batch * 10, cancellationToken));
        return removed;
    }
}
