using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Jobs;

namespace PixelCraft.Accounts.Removal;

/// <summary>Queues the erasing of closed accounts again, at start and each minute: the queue may have lost it.</summary>
internal sealed class RemovalSweep(IClosedAccounts closed, IJobQueue jobs, TimeProvider time, ILogger<RemovalSweep> log) : BackgroundService
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>One round; returns how many closed accounts there were, at most a batch.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var members = await closed.ListAsync(Batch, cancellationToken);
        foreach (var member in members) await jobs.EnqueueAsync(EraseMember.For(member), TimeSpan.Zero, cancellationToken);
        return members.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (UnavailableException e)
            {
                log.LogWarning(e, "Closed accounts could not be looked for; the next round is in {Interval}.", Interval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
