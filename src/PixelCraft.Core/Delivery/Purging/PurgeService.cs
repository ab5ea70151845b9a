using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Caching;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Delivery.Purging;

/// <summary>
/// Has the edges forget images whose public URLs have died, as the catalogue's outbox tells: so no purge is lost with the server that
/// made the change, or while an edge is away. It goes past the job queue, whose backlog or outage must not hold purges up.
/// </summary>
internal sealed class PurgeService(
    IWithdrawals withdrawals, IEdge edge, IChangeNotices notices, PurgeMetrics metrics, TimeProvider time, ILogger<PurgeService> log) : BackgroundService
{
    /// <summary>
    /// A server that hadn't heard of the change may have answered an edge after the purge: from its cache, which the writer could die before
    /// updating, or from a replica of the database. So a purge counts only this long after the change; an earlier one is repeated.
    /// </summary>
    internal static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <summary>How long one purge may take, and after how long a failed one is tried again.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>How often it looks when nobody gives notice.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Purges what is due.</summary>
    /// <returns>Whether there may be more.</returns>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await withdrawals.TakeAsync(now, now + Retry, edge.Most, cancellationToken);
        if (due.Count == 0) return false;
        await edge.PurgeAsync([.. due.Select(withdrawal => withdrawal.Image).Distinct()], cancellationToken);
        metrics.Purged(due.Count);

        await withdrawals.EndAsync([.. due.Where(withdrawal => now - withdrawal.At >= Settled)], cancellationToken);
        // Each batch is nearly of one age: what waited long is final already.
        var early = due.Where(withdrawal => now - withdrawal.At < Settled).ToList();
        if (early.Count > 0) await withdrawals.PostponeAsync(early, early.Max(withdrawal => withdrawal.At) + Settled, cancellationToken);
        return due.Count == edge.Most;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = notices.Subscribe(
            IWithdrawals.Topic, _ => Interlocked.Exchange(ref _woken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult());
        while (true)
        {
            var woken = Volatile.Read(ref _woken).Task;
            try
            {
                while (await RunAsync(stoppingToken))
                {
                }
                metrics.Backlog(await withdrawals.BacklogAsync(stoppingToken), time.GetUtcNow());
            }
            catch (Exception e) when (e is UnavailableException or StorageFullException)
            {
                log.LogWarning("Images that were withdrawn wait for the edges to forget them: {Reason}", e.Message);
                await ReportAsync(stoppingToken);
            }
            await woken.WaitAsync(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            metrics.Backlog(await withdrawals.BacklogAsync(cancellationToken), time.GetUtcNow());
        }
        catch (UnavailableException)
        {
            // The catalogue is what is away, as was just told.
        }
    }
}
