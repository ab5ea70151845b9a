using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Storage;

namespace PixelCraft.Images.Sweeps;

/// <summary>
/// Runs the sweeps on every worker: those for temporary folders, uploads and the trash each ten minutes, those that look at everything once a
/// day. Several at once do no harm: each thing is removed once, and removing it again is no error.
/// </summary>
internal sealed class SweepService(
    UploadSweep uploads, TrashSweep trash, OrphanSweep orphans, IQuotaLedger ledger, SweepMetrics metrics, TimeProvider time, ILogger<SweepService> log) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync("temporary folders", Often, TemporaryAsync, stoppingToken),
        RepeatAsync("uploads", Often, uploads.RunAsync, stoppingToken),
        RepeatAsync("trash", Often, trash.RunAsync, stoppingToken),
        RepeatAsync("orphans", Daily, orphans.RunAsync, stoppingToken),
        RepeatAsync("quotas", Daily, RecountAsync, stoppingToken));

    private Task<int> TemporaryAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var removed = TemporaryFolders.Sweep();
        metrics.Count("temporary", removed);
        return Task.FromResult(removed);
    }

    private async Task<int> RecountAsync(CancellationToken cancellationToken)
    {
        var wrong = await ledger.RecountAsync(cancellationToken);
        metrics.Count("sum", wrong);
        if (wrong > 0) log.LogWarning("Corrected the sums of {Count} members' quotas.", wrong);
        return wrong;
    }

    private async Task RepeatAsync(string name, TimeSpan interval, Func<CancellationToken, Task<int>> sweep, CancellationToken stoppingToken)
    {
        // A first time soon after the start, so that a worker that is replaced every day does the daily ones too.
        using var timer = new PeriodicTimer(Often, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            timer.Period = interval;
            try
            {
                await sweep(stoppingToken);
            }
            catch (Exception e) when (e is UnavailableException or StorageFullException)
            {
                log.LogWarning("The sweep of {Name} waits: {Reason}", name, e.Message);
            }
        }
    }
}
