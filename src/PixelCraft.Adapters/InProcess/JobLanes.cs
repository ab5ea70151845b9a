using PixelCraft.Jobs;

namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// Who is next: a lane for each kind of each priority, in which the oldest is first. The lanes of one priority take turns.
/// Higher priorities go first, but for every eighth time. Not for several threads at once.
/// </summary>
internal sealed class JobLanes<T>
{
    /// <summary>Every how many takings begin with the lowest priority.</summary>
    private const int LowestTurn = 8;

    private static readonly JobPriority[] HighestFirst = [JobPriority.High, JobPriority.Normal, JobPriority.Low];
    private static readonly JobPriority[] LowestFirst = [JobPriority.Low, JobPriority.Normal, JobPriority.High];

    private readonly Dictionary<(JobPriority Priority, string Kind), Queue<T>> _lanes = [];

    /// <summary>Of each priority the kinds whose lanes hold something; the first is next.</summary>
    private readonly Dictionary<JobPriority, Queue<string>> _turns = HighestFirst.ToDictionary(priority => priority, _ => new Queue<string>());

    private int _takings;

    /// <summary>How much they hold.</summary>
    public int Count { get; private set; }

    /// <summary>Every lane that holds something.</summary>
    public IEnumerable<(string Kind, int Count, T Oldest)> Lanes => _lanes.Select(lane => (lane.Key.Kind, lane.Value.Count, lane.Value.Peek()));

    public void Add(Job job, T value)
    {
        if (!_lanes.TryGetValue((job.Priority, job.Kind), out var lane))
        {
            _lanes.Add((job.Priority, job.Kind), lane = new Queue<T>());
            _turns[job.Priority].Enqueue(job.Kind);
        }

        lane.Enqueue(value);
        Count++;
    }

    /// <summary>Removes those who are next.</summary>
    public List<T> Take(int most)
    {
        List<T> taken = [];
        if (Count == 0)
            return taken;
        _takings++;
        foreach (var priority in _takings % LowestTurn == 0 ? LowestFirst : HighestFirst)
        {
            while (taken.Count < most && _turns[priority].TryDequeue(out var kind))
            {
                var lane = _lanes[(priority, kind)];
                taken.Add(lane.Dequeue());
                if (lane.Count > 0) _turns[priority].Enqueue(kind);
                else _lanes.Remove((priority, kind));
            }
        }

        Count -= taken.Count;
        return taken;
    }
}
