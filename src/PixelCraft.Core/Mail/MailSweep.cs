using Microsoft.Extensions.Logging;
using PixelCraft.Jobs;

namespace PixelCraft.Mail;

/// <summary>Queues mails that are due, at start and each minute: the queue may have lost them. Reports how many wait.</summary>
internal sealed class MailSweep(IMailOutbox outbox, IJobQueue jobs, MailMetrics metrics, TimeProvider time, ILogger<MailSweep> log)
    : Sweep(TimeSpan.FromMinutes(1), time, log)
{
    private const int Batch = 1_000;

    /// <summary>How long a mail that was given up can be tried again from the dead letters.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>One round; returns how many were due, at most a batch.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var due = await outbox.DueAsync(now, now - Kept, Batch, cancellationToken);
        foreach (var mail in due) await jobs.EnqueueAsync(SendMail.For(mail), TimeSpan.Zero, cancellationToken);
        metrics.Backlog(await outbox.BacklogAsync(cancellationToken), now);
        return due.Count;
    }

    protected override Task RunAsync(CancellationToken cancellationToken) => SweepAsync(cancellationToken);
}
