namespace PixelCraft.Jobs;

/// <summary>
/// Hands jobs to workers, each at least once. The queue is a hint and the stores are the truth: a job may be lost with
/// the queue (a sweep makes it anew) or delivered twice (handlers are idempotent).
/// Failures are <see cref="UnavailableException"/>. Consistency: AP.
/// </summary>
public interface IJobQueue
{
    /// <summary>Adds a job, to be taken at the earliest after <paramref name="delay"/> (zero: at once).</summary>
    Task<EnqueueOutcome> EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the oldest job that is due, for <see cref="JobQueueOptions.LeaseTime"/>; waits up to <paramref name="wait"/>
    /// for one and returns null when none came. A lease that is neither renewed nor ended within its time goes to the next taker.
    /// </summary>
    Task<IJobLease?> TakeAsync(TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>How much is waiting now.</summary>
    Task<QueueDepth> DepthAsync(CancellationToken cancellationToken);

    /// <summary>The dead letters, newest first, at most <paramref name="limit"/> (1 to 1,000).</summary>
    Task<IReadOnlyList<DeadJob>> DeadAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>Something to be done for one record. Equal jobs are the same job.</summary>
/// <param name="Kind">What is to be done: lower-case letters and '-', at most 40.</param>
/// <param name="Subject">For which record, as the handler of the kind reads it; at most 200 characters.</param>
/// <exception cref="ArgumentException">The kind or the subject isn't as described.</exception>
public sealed record Job(string Kind, string Subject)
{
    /// <summary>What is to be done.</summary>
    public string Kind { get; } =
        Kind.Length is > 0 and <= 40 && Kind.All(c => char.IsAsciiLetterLower(c) || c == '-')
            ? Kind
            : throw new ArgumentException($"'{Kind}' is not the kind of a job.", nameof(Kind));

    /// <summary>For which record.</summary>
    public string Subject { get; } =
        Subject.Length <= 200 ? Subject : throw new ArgumentException("The subject of a job is too long.", nameof(Subject));
}

/// <summary>What became of a job given to <see cref="IJobQueue.EnqueueAsync"/>.</summary>
public enum EnqueueOutcome
{
    /// <summary>It is in the queue now.</summary>
    Queued,

    /// <summary>An equal job is waiting, delayed or being done; there is still one.</summary>
    AlreadyQueued,

    /// <summary>The queue holds <see cref="JobQueueOptions.Capacity"/> jobs; a sweep will come back to the record.</summary>
    Full,
}

/// <summary>
/// A job taken by this worker. Every method tells by false that the lease was lost meanwhile (it ran out and went to
/// another) or has been ended: then nothing has been changed and the worker stops. A lease that ran out but that
/// nobody else has taken yet is still held, and counts into <see cref="QueueDepth.Taken"/>.
/// </summary>
public interface IJobLease
{
    /// <summary>What is to be done.</summary>
    Job Job { get; }

    /// <summary>How often it was taken and failed by its own fault before, from 0.</summary>
    int Faults { get; }

    /// <summary>Holds the job for another <see cref="JobQueueOptions.LeaseTime"/> from now.</summary>
    Task<bool> RenewAsync(CancellationToken cancellationToken);

    /// <summary>The job is done and leaves the queue.</summary>
    Task<bool> CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Puts the job back, due after <paramref name="delay"/>.</summary>
    /// <param name="delay">Zero or more.</param>
    /// <param name="fault">Whether this counts into <see cref="Faults"/>: a fault of the job's own, not of a dependency that is away.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<bool> RetryAsync(TimeSpan delay, bool fault, CancellationToken cancellationToken);

    /// <summary>Moves the job to the dead letters, with the reason that an administrator will read.</summary>
    Task<bool> BuryAsync(string reason, CancellationToken cancellationToken);
}

/// <summary>How much a queue holds.</summary>
/// <param name="Due">Waiting for a worker.</param>
/// <param name="Delayed">Not due yet.</param>
/// <param name="Taken">Held by workers.</param>
/// <param name="Dead">Dead letters.</param>
public readonly record struct QueueDepth(long Due, long Delayed, long Taken, long Dead);

/// <summary>A job that was given up.</summary>
/// <param name="Job">What should have been done.</param>
/// <param name="Faults">How often it had failed, with the last time: one more than the <see cref="IJobLease.Faults"/> of the lease that buried it.</param>
/// <param name="Reason">Why it was given up.</param>
/// <param name="BuriedAt">When, UTC.</param>
public sealed record DeadJob(Job Job, int Faults, string Reason, DateTimeOffset BuriedAt);
