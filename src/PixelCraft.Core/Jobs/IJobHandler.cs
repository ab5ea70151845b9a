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

/// <summary>How a handler ended: <see cref="Done"/>, or <see cref="GiveUp"/> with a reason.</summary>
public sealed record JobResult
{
    private JobResult(string? reason) => Reason = reason;

    /// <summary>The job is done; also when there was nothing to do any more.</summary>
    public static JobResult Done { get; } = new((string?)null);

    /// <summary>Why the job is given up; null when it is done.</summary>
    public string? Reason { get; }

    /// <summary>Trying again would not help: the job becomes a dead letter.</summary>
    /// <param name="reason">For the administrator.</param>
    public static JobResult GiveUp(string reason) => new(reason);
}
