using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Jobs;

/// <summary>Section <c>Jobs</c>: the job queue and the workers on it.</summary>
public sealed class JobQueueOptions
{
    /// <summary>How long a worker holds a job before it goes to another, unless renewed. 30 s; 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Jobs that may wait, delayed ones included, before <see cref="EnqueueOutcome.Full"/>. 100,000; 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int Capacity { get; set; } = 100_000;

    /// <summary>Dead letters kept; the oldest go first. 1,000; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int DeadLetters { get; set; } = 1_000;

    /// <summary>Jobs done at the same time in one process; 0, the default, means one per processor.</summary>
    [Range(0, 1_024)]
    public int Concurrency { get; set; }

    /// <summary>Faults after which a job becomes a dead letter. 5; 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxFaults { get; set; } = 5;
}
