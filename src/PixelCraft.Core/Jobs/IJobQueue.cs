using PixelCraft.Consistency;

namespace PixelCraft.Jobs;

/// <summary>
/// Hands jobs to workers, each at least once. The queue is a hint and the stores are the truth: a job may be lost with
/// the queue (a sweep makes it anew) or delivered twice (handlers are idempotent).
/// Failures are <see cref="UnavailableException"/>.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Jobs", "Uploads are taken in without the queue, and a sweep queues their jobs when it is back; a job may be done twice, which does no harm.")]
public interface IJobQueue
{
    /// <summary>Adds a job, to be taken at the earliest after <paramref name="delay"/> (zero: at once).</summary>
    Task<EnqueueOutcome> EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>
    /// Takes jobs that are due, for <see cref="JobQueueOptions.LeaseTime"/>; waits up to <paramref name="wait"/> for the first
    /// and returns none when none came. Those of one kind and priority come oldest first; the kinds of one priority take
    /// turns, however many jobs each has; a higher priority goes before a lower one, but for every eighth call, which begins with the
    /// lowest, so that none waits for ever. A lease that is neither renewed nor ended within its time goes to the next taker.
    /// </summary>
    /// <param name="most">Jobs at most, 1 to 1,000; as many as can be worked on now.</param>
    /// <param name="wait">Zero or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<IJobLease>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>How much it holds now.</summary>
    Task<QueueDepth> DepthAsync(CancellationToken cancellationToken);

    /// <summary>What is due and waits for a worker, by kind; kinds of which nothing is due are left out.</summary>
    Task<IReadOnlyList<DueJobs>> DueAsync(CancellationToken cancellationToken);
}

/// <summary>Something to be done for one record. Jobs of the same kind and subject are the same job, whatever their priority.</summary>
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

    /// <summary>Before which others it goes; of equal jobs the priority of the first counts.</summary>
    public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>Whether it is the same job.</summary>
    public bool Equals(Job? other) => other is not null && Kind == other.Kind && Subject == other.Subject;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Subject);
}

/// <summary>How soon a job should be done, compared with others. The numbers are stored.</summary>
public enum JobPriority
{
    /// <summary>Somebody waits for it, and it is quick: mail.</summary>
    High = 0,

    /// <summary>The default.</summary>
    Normal = 1,

    /// <summary>Nobody waits for it.</summary>
    Low = 2,
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

/// <summary>Jobs of one kind that wait for a worker.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Count">1 or more.</param>
/// <param name="Age">For how long the oldest of them has been due.</param>
public readonly record struct DueJobs(string Kind, long Count, TimeSpan Age);
