using Microsoft.Extensions.Logging;
using PixelCraft.Jobs;

namespace PixelCraft.Accounts.Removal;

/// <summary>Queues the erasing of closed accounts again, at start and each minute: the queue may have lost it.</summary>
internal sealed class RemovalSweep(IClosedAccounts closed, IJobQueue jobs, TimeProvider time, ILogger<RemovalSweep> log)
    : Sweep(TimeSpan.FromMinutes(1), time, log)
{
    private const int Batch = 100;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var member in await closed.ListAsync(Batch, cancellationToken)) await jobs.EnqueueAsync(EraseMember.For(member), TimeSpan.Zero, cancellationToken);
    }
}
