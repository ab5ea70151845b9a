using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PixelCraft.Jobs;

/// <summary>
/// Takes jobs and hands them to their handlers, <see cref="JobQueueOptions.Concurrency"/> at a time.
/// At shutdown it takes no more, lets running jobs finish while the host allows it, and puts back what is left.
/// </summary>
internal sealed class JobRunner(
    IJobQueue queue,
    IEnumerable<IJobHandler> handlers,
    IOptions<JobQueueOptions> options,
    TimeProvider time,
    JobMetrics metrics,
    ILogger<JobRunner> logger) : BackgroundService
{
    /// <summary>How long one call waits for a job; only how often an idle worker comes round.</summary>
    internal static readonly TimeSpan TakeWait = TimeSpan.FromSeconds(10);

    /// <summary>What handlers that were told to end may still take before the process goes without them.</summary>
    private static readonly TimeSpan PutBackTime = TimeSpan.FromSeconds(5);

    private const int MaxReasonLength = 1_000;

    private static readonly ActivitySource Activities = new("PixelCraft");

    private readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);
    private readonly Backoff _afterFault = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    private readonly Backoff _afterUnavailable = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));
    private readonly Backoff _queueAway = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(15));
    private readonly CancellationTokenSource _abort = new();
    private int _unavailableInARow;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The host's token means "now": handlers end and their jobs go back, which needs a moment of its own.
        using var giveUp = new CancellationTokenSource();
        await using var registration = cancellationToken.Register(() =>
        {
            _abort.Cancel();
            giveUp.CancelAfter(PutBackTime);
        });
        await base.StopAsync(giveUp.Token);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _abort.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var concurrency = options.Value.Concurrency > 0 ? options.Value.Concurrency : Environment.ProcessorCount;
        using var slots = new SemaphoreSlim(concurrency);
        try
        {
            while (true)
            {
                await slots.WaitAsync(stoppingToken);
                if (await TakeOrReleaseAsync(slots, stoppingToken) is { } lease)
                    _ = Task.Run(() => RunInSlotAsync(lease, slots), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what runs may finish.
        }

        // Whoever holds every slot knows that nothing runs any more.
        for (var i = 0; i < concurrency; i++)
            await slots.WaitAsync(CancellationToken.None);
    }

    private async Task<IJobLease?> TakeOrReleaseAsync(SemaphoreSlim slot, CancellationToken stopping)
    {
        IJobLease? lease = null;
        try
        {
            return lease = await TakeAsync(stopping);
        }
        finally
        {
            if (lease is null)
                slot.Release();
        }
    }

    private async Task RunInSlotAsync(IJobLease lease, SemaphoreSlim slot)
    {
        try
        {
            await RunAsync(lease);
        }
        catch (Exception exception)
        {
            // Nobody awaits this task. The lease runs out and the job comes again.
            logger.LogError(exception, "The job {Kind} {Subject} could not be run.", lease.Job.Kind, lease.Job.Subject);
        }
        finally
        {
            slot.Release();
        }
    }

    /// <summary>The next job; null when none came. Waits while the queue is away, and says so once.</summary>
    private async Task<IJobLease?> TakeAsync(CancellationToken stopping)
    {
        for (var failures = 0; ; )
        {
            try
            {
                var lease = await queue.TakeAsync(TakeWait, stopping);
                if (failures > 0)
                    logger.LogInformation("The job queue is back.");
                return lease;
            }
            catch (UnavailableException exception)
            {
                if (++failures == 1)
                    logger.LogWarning(exception, "The job queue is not available; jobs wait.");
                await Task.Delay(_queueAway.After(failures), time, stopping);
            }
        }
    }

    private async Task RunAsync(IJobLease lease)
    {
        var job = lease.Job;
        using var activity = Activities.StartActivity($"job {job.Kind}", ActivityKind.Consumer);
        activity?.SetTag("pixelcraft.job.subject", job.Subject);
        var started = time.GetTimestamp();

        using var lost = new CancellationTokenSource();
        using var handling = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, _abort.Token);
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(lease, lost, ended.Token);
        var settle = await HandleAsync(lease, lost.Token, handling.Token);
        await ended.CancelAsync();
        await renewing;

        var outcome = settle.Outcome;
        try
        {
            if (lost.IsCancellationRequested || !await settle.Apply(lease))
            {
                outcome = "lost";
                logger.LogInformation("The job {Kind} {Subject} ran out of its lease and went to another worker.", job.Kind, job.Subject);
            }
        }
        catch (UnavailableException exception)
        {
            // The lease runs out and the job comes again; handlers are idempotent.
            outcome = "lost";
            logger.LogWarning(exception, "The job {Kind} {Subject} could not be ended as {Outcome}.", job.Kind, job.Subject, settle.Outcome);
        }

        if (outcome is "fault" or "buried")
            activity?.SetStatus(ActivityStatusCode.Error);
        activity?.SetTag("pixelcraft.job.outcome", outcome);
        metrics.Ended(job.Kind, outcome, time.GetElapsedTime(started));
    }

    /// <summary>Runs the handler; tells what is to become of the job.</summary>
    private async Task<Settlement> HandleAsync(IJobLease lease, CancellationToken lost, CancellationToken cancellationToken)
    {
        try
        {
            if (!_handlers.TryGetValue(lease.Job.Kind, out var handler))
                throw new NotSupportedException($"No handler for jobs of the kind {lease.Job.Kind}.");

            var result = await handler.HandleAsync(lease.Job, lease.Faults, cancellationToken);
            Interlocked.Exchange(ref _unavailableInARow, 0);
            return result.Reason is { } reason ? Bury(lease, reason) : new("done", held => held.CompleteAsync(CancellationToken.None));
        }
        catch (Exception) when (lost.IsCancellationRequested)
        {
            return new("lost", _ => Task.FromResult(false));
        }
        catch (Exception) when (_abort.IsCancellationRequested)
        {
            return PutBack(TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is UnavailableException or StorageFullException)
        {
            var delay = _afterUnavailable.After(Interlocked.Increment(ref _unavailableInARow));
            logger.LogInformation("The job {Kind} {Subject} waits {Delay}: {Reason}", lease.Job.Kind, lease.Job.Subject, delay, exception.Message);
            return PutBack(delay);
        }
        catch (Exception exception)
        {
            var faults = lease.Faults + 1;
            logger.LogWarning(exception, "The job {Kind} {Subject} failed for the {Faults}. time.", lease.Job.Kind, lease.Job.Subject, faults);
            return faults >= options.Value.MaxFaults
                ? Bury(lease, exception.Message)
                : new("fault", held => held.RetryAsync(_afterFault.After(faults), fault: true, CancellationToken.None));
        }
    }

    private static Settlement PutBack(TimeSpan delay) =>
        new("put-back", held => held.RetryAsync(delay, fault: false, CancellationToken.None));

    private Settlement Bury(IJobLease lease, string reason)
    {
        logger.LogWarning("The job {Kind} {Subject} is given up: {Reason}", lease.Job.Kind, lease.Job.Subject, reason);
        var cut = reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason;
        return new("buried", held => held.BuryAsync(cut, CancellationToken.None));
    }

    /// <summary>Renews the lease every third of its time until the job ends; cancels the handler when it is lost.</summary>
    private async Task RenewAsync(IJobLease lease, CancellationTokenSource lost, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(options.Value.LeaseTime / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                try
                {
                    if (await lease.RenewAsync(ended))
                        continue;
                    await lost.CancelAsync();
                    return;
                }
                catch (UnavailableException)
                {
                    // Nobody can take the job while the queue is away; the next turn tells whether it is still ours.
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The job has ended.
        }
    }

    /// <summary>What becomes of a job: the word for the metrics, and the call that makes it so.</summary>
    private readonly record struct Settlement(string Outcome, Func<IJobLease, Task<bool>> Apply);
}
