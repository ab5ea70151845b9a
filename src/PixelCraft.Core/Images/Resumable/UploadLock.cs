using Microsoft.Extensions.Logging;
using PixelCraft.Ids;

namespace PixelCraft.Images.Resumable;

/// <summary>Holds the lock of one upload, across servers, and renews it until it is released. A server that dies loses it in half a minute.</summary>
internal sealed class UploadLock : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly IResumableUploads _uploads;
    private readonly Id _upload;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Guid _holder;
    private readonly Task _renewing;

    private UploadLock(IResumableUploads uploads, Id upload, Guid holder, TimeProvider time, ILogger log)
    {
        (_uploads, _upload, _holder, _time, _log) = (uploads, upload, holder, time, log);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled when another may have the lock.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>How far the upload is; noted when the lock is released. Null: as it was.</summary>
    public UploadProgress? Progress { get; set; }

    /// <summary>Takes the lock; null when another has it.</summary>
    public static async Task<UploadLock?> TryTakeAsync(IResumableUploads uploads, Id upload, TimeProvider time, ILogger log, CancellationToken cancellationToken)
    {
        var holder = Guid.NewGuid();
        var now = time.GetUtcNow();
        return await uploads.TryLockAsync(upload, holder, now, now + Lease, cancellationToken) ? new UploadLock(uploads, upload, holder, time, log) : null;
    }

    /// <summary>Notes how far the upload is already now; false when another has the lock.</summary>
    public Task<bool> SaveAsync(CancellationToken cancellationToken) => _uploads.SaveAsync(_upload, _holder, Progress, unlock: false, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewing;
        try
        {
            await _uploads.SaveAsync(_upload, _holder, Progress, unlock: true, CancellationToken.None);
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            _log.LogWarning(e, "The lock of upload {Upload} could not be released; it ends by itself.", _upload);
        }
        _released.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(Lease / 3, _time);
        var until = _time.GetUtcNow() + Lease;
        try
        {
            while (await timer.WaitForNextTickAsync(_released.Token))
            {
                var now = _time.GetUtcNow();
                try
                {
                    if (await _uploads.TryLockAsync(_upload, _holder, now, now + Lease, _released.Token))
                    {
                        until = now + Lease;
                        continue;
                    }
                }
                catch (Exception e) when (e is UnavailableException or StorageFullException)
                {
                    _log.LogWarning(e, "The lock of upload {Upload} could not be renewed.", _upload);
                    if (now + Lease / 3 < until) continue;
                }
                await _lost.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // Released.
        }
    }
}
