namespace PixelCraft.Jobs;

/// <summary>
/// Does the jobs of one kind. A job may come twice, also at the same time on two servers: handlers are idempotent.
/// Registered as a singleton; <see cref="JobRunner"/> calls it.
/// </summary>
public interface IJobHandler
{
    /// <summary>The <see cref="Job.Kind"/> that it does.</summary>
    string Kind { get; }

    /// <summary>
    /// Does the job. An <see cref="UnavailableException"/> or <see cref="StorageFullException"/> puts the job back
    /// without counting; any other exception counts as a fault of the job.
    /// </summary>
    /// <param name="job">What is to be done.</param>
    /// <param name="faults">How often the job has failed by its own fault before, from 0.</param>
    /// <param name="cancellationToken">The lease was lost or the server stops: end soon, with <see cref="OperationCanceledException"/>.</param>
    Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken);
}

/// <summary>How a handler ended: <see cref="Done"/>, <see cref="GiveUp"/> with a reason, or <see cref="Later"/>.</summary>
public sealed record JobResult
{
    private JobResult(string? reason, TimeSpan? again) => (Reason, Again) = (reason, again);

    /// <summary>The job is done; also when there was nothing to do any more.</summary>
    public static JobResult Done { get; } = new(reason: null, again: null);

    /// <summary>Why the job is given up; null when it is done.</summary>
    public string? Reason { get; }

    /// <summary>After how long the job is due again; null when it has ended.</summary>
    public TimeSpan? Again { get; }

    /// <summary>Trying again would not help: the job becomes a dead letter.</summary>
    /// <param name="reason">For the administrator.</param>
    public static JobResult GiveUp(string reason) => new(reason, again: null);

    /// <summary>
    /// Not now, for a reason of this job alone: it is put back without counting as a fault, and the worker goes on with others at once.
    /// </summary>
    /// <param name="delay">After how long it is due again, zero or more.</param>
    public static JobResult Later(TimeSpan delay) => new(reason: null, delay < TimeSpan.Zero ? TimeSpan.Zero : delay);
}
