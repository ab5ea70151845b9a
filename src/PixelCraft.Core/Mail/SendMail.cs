using Microsoft.Extensions.Logging;
using PixelCraft.Ids;
using PixelCraft.Jobs;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Mail;

/// <summary>
/// Sends one mail of the outbox, at least once: a worker that dies between the server's yes and the end of the row sends it again, with the same Message-ID.
/// A job for a mail that is gone, or that another worker has, does nothing.
/// </summary>
internal sealed class SendMail(
    IMailOutbox outbox,
    IEnumerable<IMailWriter> writers,
    MailTexts texts,
    MailMetrics metrics,
    TimeProvider time,
    ILogger<SendMail> log,
    IMailSender? sender = null) : IJobHandler
{
    /// <summary>For how long a worker has a mail: longer than sending one may take.</summary>
    internal static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    /// <summary>How long a recipient may go on saying "not now".</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private const string JobKind = "mail";

    // While the mail server is away this worker asks for it now and then, and doesn't let every mail find out by itself: each would take a worker's slot until its timeout.
    private readonly Backoff _away = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2));
    private readonly Lock _lock = new();
    private int _failures;
    private DateTimeOffset _awayUntil;

    public string Kind => JobKind;

    public static Job For(Id mail) => new(JobKind, mail.ToString()) { Priority = JobPriority.High };

    public async Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
    {
        if (!Id.TryParse(job.Subject, out var id)) return JobResult.GiveUp("The subject is not a mail's id.");
        // A worker that was not told of the mail server leaves the mail to one that was.
        if (sender is null) return JobResult.Done;
        if (IsAway(out var wait)) return JobResult.Later(wait);

        var now = time.GetUtcNow();
        var (mail, dueAt) = await outbox.TakeAsync(id, now, now + Hold, cancellationToken);
        if (mail is null) return dueAt is { } due ? JobResult.Later(due - now) : JobResult.Done;
        try
        {
            return await SendAsync(sender, mail, cancellationToken);
        }
        catch (Exception e) when (e is not (UnavailableException or StorageFullException))
        {
            // Cancelled, or a fault of its own: the job comes again, and finds the mail due.
            await outbox.PutBackAsync(id, time.GetUtcNow(), CancellationToken.None);
            throw;
        }
    }

    private async Task<JobResult> SendAsync(IMailSender by, OutgoingMail mail, CancellationToken cancellationToken)
    {
        try
        {
            if (mail.ExpiresAt <= time.GetUtcNow()) return await EndAsync(mail, "expired");
            if (await WriteAsync(mail, cancellationToken) is not { } content) return await EndAsync(mail, "dropped");
            var result = await by.SendAsync(texts.Render(mail, content), cancellationToken);
            Answered();
            return result.Outcome switch
            {
                SendOutcome.Sent => await EndAsync(mail, "sent"),
                SendOutcome.NotNow when time.GetUtcNow() - mail.CreatedAt < Patience => await PutBackAsync(mail, WaitFor(mail), result.Reason!),
                _ => await GiveUpAsync(mail, $"{content.Address}: {result.Reason}"),
            };
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            return await PutBackAsync(mail, Away(), e.InnerException is { } cause ? $"{e.Message} {cause.Message}" : e.Message);
        }
    }

    private async Task<MailContent?> WriteAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        foreach (var writer in writers)
            if (await writer.WriteAsync(mail, cancellationToken) is { } content) return content;
        return null;
    }

    private async Task<JobResult> EndAsync(OutgoingMail mail, string outcome)
    {
        await outbox.EndAsync(mail.Id, CancellationToken.None);
        metrics.Ended(mail.Kind, outcome);
        return JobResult.Done;
    }

    private async Task<JobResult> GiveUpAsync(OutgoingMail mail, string reason)
    {
        await outbox.PutBackAsync(mail.Id, due: null, CancellationToken.None);
        metrics.Ended(mail.Kind, "refused");
        return JobResult.GiveUp(reason);
    }

    private async Task<JobResult> PutBackAsync(OutgoingMail mail, TimeSpan wait, string reason)
    {
        log.LogInformation("The mail {Mail} is tried again in {Wait}: {Reason}", mail.Id, wait, reason);
        metrics.Ended(mail.Kind, "deferred");
        await outbox.PutBackAsync(mail.Id, time.GetUtcNow() + wait, CancellationToken.None);
        return JobResult.Later(wait);
    }

    /// <summary>As long again as it has waited: so the waits double, without being counted.</summary>
    private TimeSpan WaitFor(OutgoingMail mail)
    {
        var waited = time.GetUtcNow() - mail.CreatedAt;
        return waited < FirstWait ? FirstWait : waited > LongestWait ? LongestWait : waited;
    }

    private bool IsAway(out TimeSpan wait)
    {
        lock (_lock)
        {
            wait = _awayUntil - time.GetUtcNow();
            return wait > TimeSpan.Zero;
        }
    }

    /// <summary>The server, or something else that sending needs, did not answer: nothing is sent for a while.</summary>
    private TimeSpan Away()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            // Of several that were on their way together the first counts.
            if (_awayUntil > now) return _awayUntil - now;
            var wait = _away.After(++_failures);
            _awayUntil = now + wait;
            return wait;
        }
    }

    private void Answered()
    {
        lock (_lock) _failures = 0;
    }
}
