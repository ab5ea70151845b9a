using System.Collections.Concurrent;
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

    /// <summary>After how long a job is due again that met something that is away: it may be away for this worker only, and another one can do the job.</summary>
    private static readonly TimeSpan AwayTime = TimeSpan.FromSeconds(1);

    private const int MaxReasonLength = 1_000;

    private static readonly ActivitySource Activities = new("PixelCraft");
    private static readonly Settlement Done = new("done", held => held.CompleteAsync(CancellationToken.None));

    private readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(handler => handler.Kind);
    private readonly Backoff _afterFault = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    private readonly Backoff _afterUnavailable = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15));
    private readonly Backoff _queueAway = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(15));
    private readonly ConcurrentDictionary<RunningJob, bool> _running = new();
    private volatile bool _isAborting;
    private int _unavailableInARow;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The host's token means "now": handlers end and their jobs go back, which needs a moment of its own.
        using var giveUp = new CancellationTokenSource();
        await using var registration = cancellationToken.Register(() =>
        {
            _isAborting = true;
            foreach (var running in _running.Keys) _ = running.CancelAsync();
            giveUp.CancelAfter(PutBackTime);
        });
        await base.StopAsync(giveUp.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var concurrency = options.Value.Concurrency > 0 ? options.Value.Concurrency : Environment.ProcessorCount;
        using var slots = new SemaphoreSlim(concurrency);
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(ended.Token);
        try
        {
            while (true)
            {
                await slots.WaitAsync(stoppingToken);
                var free = 1;
                while (slots.Wait(TimeSpan.Zero, CancellationToken.None)) free++;
                foreach (var lease in await TakeOrReleaseAsync(slots, free, stoppingToken))
                    _ = Task.Run(() => RunInSlotAsync(lease, slots, stoppingToken), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what runs may finish.
        }

        // Whoever holds every slot knows that nothing runs any more.
        for (var i = 0; i < concurrency; i++)
            await slots.WaitAsync(CancellationToken.None);
        await ended.CancelAsync();
        await renewing;
    }

    /// <summary>Jobs for as many slots as are free; slots without a job are released.</summary>
    private async Task<IReadOnlyList<IJobLease>> TakeOrReleaseAsync(SemaphoreSlim slots, int free, CancellationToken stopping)
    {
        IReadOnlyList<IJobLease> leases = [];
        try
        {
            return leases = await TakeAsync(free, stopping);
        }
        finally
        {
            if (leases.Count < free)
                slots.Release(free - leases.Count);
        }
    }

    private async Task RunInSlotAsync(IJobLease lease, SemaphoreSlim slot, CancellationToken stopping)
    {
        try
        {
            var pause = await RunAsync(lease);
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: there is nothing to wait for any more.
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

    /// <summary>The next jobs; none when none came. Waits while the queue is away, and says so once.</summary>
    private async Task<IReadOnlyList<IJobLease>> TakeAsync(int most, CancellationToken stopping)
    {
        for (var failures = 0; ;)
        {
            try
            {
                var leases = await queue.TakeAsync(most, TakeWait, stopping);
                if (failures > 0)
                    logger.LogInformation("The job queue is back.");
                return leases;
            }
            catch (UnavailableException exception)
            {
                if (++failures == 1)
                    logger.LogWarning(exception, "The job queue is not available; jobs wait.");
                await Task.Delay(_queueAway.After(failures), time, stopping);
            }
        }
    }

    /// <summary>Runs a job; returns for how long this slot shall then take none.</summary>
    private async Task<TimeSpan> RunAsync(IJobLease lease)
    {
        var job = lease.Job;
        using var activity = Activities.StartActivity($"job {job.Kind}", ActivityKind.Consumer);
        activity?.SetTag("pixelcraft.job.subject", job.Subject);
        var started = time.GetTimestamp();

        var running = new RunningJob(lease);
        _running.TryAdd(running, true);
        if (_isAborting) _ = running.CancelAsync();
        var settle = await HandleAsync(running);
        _running.TryRemove(running, out _);

        var outcome = settle.Outcome;
        try
        {
            if (running.IsLost || !await settle.Apply(lease))
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
        return settle.Pause;
    }

    /// <summary>Runs the handler; tells what is to become of the job.</summary>
    private async Task<Settlement> HandleAsync(RunningJob running)
    {
        var lease = running.Lease;
        try
        {
            if (!_handlers.TryGetValue(lease.Job.Kind, out var handler))
                throw new NotSupportedException($"No handler for jobs of the kind {lease.Job.Kind}.");

            var result = await handler.HandleAsync(lease.Job, lease.Faults, running.Token);
            Interlocked.Exchange(ref _unavailableInARow, 0);
            if (result.Again is { } again) return PutBack(again);
            return result.Reason is { } reason ? Bury(lease, reason) : Done;
        }
        catch (Exception) when (running.IsLost)
        {
            return new("lost", _ => Task.FromResult(false));
        }
        catch (Exception) when (_isAborting)
        {
            return PutBack(TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is UnavailableException or StorageFullException)
        {
            // The worker waits rather than the job: it would only meet the same again, also with other jobs.
            var pause = _afterUnavailable.After(Interlocked.Increment(ref _unavailableInARow));
            logger.LogInformation("The job {Kind} {Subject} is put back, and this worker waits {Pause}: {Reason}", lease.Job.Kind, lease.Job.Subject, pause, Reason(exception));
            return PutBack(AwayTime) with { Pause = pause };
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

    private static string Reason(Exception exception) => exception.InnerException is { } cause ? $"{exception.Message} {cause.Message}" : exception.Message;

    private static Settlement PutBack(TimeSpan delay) =>
        new("put-back", held => held.RetryAsync(delay, fault: false, CancellationToken.None));

    private Settlement Bury(IJobLease lease, string reason)
    {
        logger.LogWarning("The job {Kind} {Subject} is given up: {Reason}", lease.Job.Kind, lease.Job.Subject, reason);
        var cut = reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason;
        return new("buried", held => held.BuryAsync(cut, CancellationToken.None));
    }

    /// <summary>Renews the leases of all that run, every third of their time; cancels the handlers of those that are lost.</summary>
    private async Task RenewAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(options.Value.LeaseTime / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                await Task.WhenAll(_running.Keys.Select(RenewAsync));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Nothing runs any more.
        }
    }

    private async Task RenewAsync(RunningJob running)
    {
        try
        {
            // One that has just ended is lost to this, and gone.
            if (!await running.Lease.RenewAsync(CancellationToken.None) && _running.ContainsKey(running))
                running.Lose();
        }
        catch (UnavailableException)
        {
            // Nobody can take the job while the queue is away; the next turn tells whether it is still ours.
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "The lease of the job {Kind} {Subject} could not be renewed.", running.Lease.Job.Kind, running.Lease.Job.Subject);
        }
    }

    /// <summary>What becomes of a job: the word for the metrics, the call that makes it so, and for how long the slot then rests.</summary>
    private readonly record struct Settlement(string Outcome, Func<IJobLease, Task<bool>> Apply, TimeSpan Pause = default);

    /// <summary>A job whose handler runs, and what cancels that. Has neither timer nor handle, so that nothing has to be disposed of.</summary>
    private sealed class RunningJob(IJobLease lease) : CancellationTokenSource
    {
        public IJobLease Lease => lease;

        public bool IsLost { get; private set; }

        public void Lose()
        {
            IsLost = true;
            _ = CancelAsync();
        }
    }
}
