using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>How a node is.</summary>
public enum NodeState
{
    /// <summary>Its process runs.</summary>
    Up,

    /// <summary>Its process is frozen.</summary>
    Paused,

    /// <summary>It has no process.</summary>
    Down,
}

/// <summary>A server of the local cluster.</summary>
public sealed class ClusterNode
{
    private readonly Record _record;
    private ServerProcess _process;

    internal ClusterNode(string kind, string name, RealServer server, string endpoint, string? health)
        : this(new Record(kind, name, endpoint, health, server.Process.Command, server.Process.Id, server.Process.StartedAt), server.Process)
    {
    }

    private ClusterNode(Record record, ServerProcess process) => (_record, _process) = (record, process);

    /// <summary>Unique in the cluster: <c>web1</c>.</summary>
    public string Name => _record.Name;

    /// <summary>What it is: <c>web</c>, <c>postgres</c>, ...</summary>
    public string Kind => _record.Kind;

    /// <summary>Address and port.</summary>
    public string Endpoint => _record.Endpoint;

    /// <summary>Where it says whether it serves; null when it speaks no HTTP.</summary>
    public string? Health => _record.Health;

    /// <summary>The number of its process, or of its last one.</summary>
    public int ProcessId => _process.Id;

    /// <summary>What it writes to standard output and standard error.</summary>
    public string Log => _process.Command.Log;

    /// <summary>How it is now.</summary>
    public NodeState State => _process.HasExited ? NodeState.Down : _process.IsPaused ? NodeState.Paused : NodeState.Up;

    /// <summary>The memory of all its processes, in bytes.</summary>
    public long Memory => ProcessTable.WorkingIn(_process.Command.Folder).Sum(ProcessTable.Memory);

    /// <summary>What the processes that it has now have used, in CPU-seconds, user and system.</summary>
    public double CpuSeconds => ProcessTable.WorkingIn(_process.Command.Folder).Sum(ProcessTable.CpuSeconds);

    /// <summary>Kills it without warning, with all that it started, as when its machine is lost. Returns when it is gone.</summary>
    public void Kill() => _process.Kill(withChildren: true);

    /// <summary>Freezes it: connections stay open, and nothing answers.</summary>
    public void Pause() => _process.Pause();

    /// <summary>Lets it go on.</summary>
    public void Resume() => _process.Resume();

    /// <summary>Asks it to end (SIGTERM), and kills it when it has not after a minute.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public Task<bool> StopAsync() => _process.StopAsync(ServerProcess.SigTerm, TimeSpan.FromMinutes(1));

    /// <summary>Starts it again, on what it had stored, and waits until it serves. Does nothing when it runs.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ServerFailedException">It does not come up.</exception>
    public Task StartAsync(CancellationToken ct = default) => StartAsync(new Dictionary<string, string?>(), ct);

    /// <summary>The same, with variables besides those that it had at first.</summary>
    /// <param name="variables">For this start only.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ServerFailedException">It does not come up.</exception>
    public async Task StartAsync(IReadOnlyDictionary<string, string?> variables, CancellationToken ct = default)
    {
        if (!_process.HasExited) return;
        _process.Kill(withChildren: true); // What a process that died by itself has left would be in the way.
        // So would PostgreSQL's note of its process, whose number may be another's by now.
        var data = Path.Combine(_record.Command.Folder, "data");
        if (Directory.Exists(data)) File.Delete(Path.Combine(data, "postmaster.pid"));
        var environment = _record.Command.Environment.Concat(variables).GroupBy(pair => pair.Key).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value);
        _process = ServerProcess.Start(_record.Command with { Environment = environment });
        await _process.WaitUntilAsync(ServesAsync, TimeSpan.FromSeconds(60), ct);
    }

    internal async Task<bool> ServesAsync(CancellationToken ct)
    {
        if (Health is not null) return await RealServer.SucceedsAsync(Health, ct);
        // One without a port hands packets on, and is asked nothing.
        return Endpoint.Split(':') is not [var address, var port] || await RealServer.ListensAsync(address, int.Parse(port, CultureInfo.InvariantCulture), ct);
    }

    /// <summary>What is kept of it, with its present process.</summary>
    internal Record ToRecord() => _record with { ProcessId = _process.Id, StartedAt = _process.StartedAt };

    /// <summary>A node that another process started.</summary>
    /// <param name="record">What was kept of it.</param>
    /// <param name="sameBoot">Whether the machine has not been started since.</param>
    internal static ClusterNode From(Record record, bool sameBoot) =>
        // Nothing was started at -1: after a start of the machine a process with that number is another's.
        new(record, ServerProcess.Attach(record.Command, record.ProcessId, sameBoot ? record.StartedAt : -1));

    internal sealed record Record(string Kind, string Name, string Endpoint, string? Health, ServerCommand Command, int ProcessId, long StartedAt);
}
