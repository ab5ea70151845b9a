using PixelCraft.Consistency;

namespace PixelCraft.Jobs;

/// <summary>
/// The jobs that were given up, for an administrator: at most <see cref="JobQueueOptions.DeadLetters"/>, the oldest go first.
/// Failures are <see cref="UnavailableException"/>.
/// </summary>
[ConsistencyChoice(typeof(IJobQueue))]
public interface IDeadLetters
{
    /// <summary>The dead letters, newest first.</summary>
    /// <param name="after">The id of the last one seen; null begins with the newest. One that is no id finds nothing.</param>
    /// <param name="limit">1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<DeadJob>> ListAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Puts a job back into the queue, due at once and without faults.</summary>
    Task<ReplayOutcome> ReplayAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes a dead letter; false when there is none with this id.</summary>
    Task<bool> DropAsync(string id, CancellationToken cancellationToken);
}

/// <summary>What became of a dead letter given to <see cref="IDeadLetters.ReplayAsync"/>.</summary>
public enum ReplayOutcome
{
    /// <summary>The job is in the queue; also when an equal one was there already.</summary>
    Replayed,

    /// <summary>There is no dead letter with this id (any more).</summary>
    Missing,

    /// <summary>The queue is full; the dead letter stays.</summary>
    Full,
}

/// <summary>A job that was given up.</summary>
/// <param name="Id">Its id among the dead letters: digits and '-', at most 40.</param>
/// <param name="Job">What should have been done.</param>
/// <param name="Faults">How often it had failed, with the last time: one more than the <see cref="IJobLease.Faults"/> of the lease that buried it.</param>
/// <param name="Reason">Why it was given up.</param>
/// <param name="BuriedAt">When, UTC.</param>
public sealed record DeadJob(string Id, Job Job, int Faults, string Reason, DateTimeOffset BuriedAt);
