namespace PixelCraft.Cluster.Tool;

/// <summary>What the commands do and say.</summary>
internal static class Commands
{
    /// <summary>Starts a cluster and tells where it is.</summary>
    public static Task<int> UpAsync(ClusterOptions options, CancellationToken ct) => TellAsync(async () =>
    {
        var cluster = await LocalCluster.StartAsync(options, ct);
        await StatusAsync(cluster, ct);
        Console.WriteLine();
        Console.WriteLine($"Up in {cluster.StartedIn.TotalSeconds:0} s: {string.Join(" and ", cluster.Urls)}");
        Console.WriteLine($"Sign in as {LocalCluster.Email} with '{LocalCluster.Password}'. Each node's log is {options.Folder}/NODE/log.");
    });

    /// <summary>Runs a command on the cluster in a folder.</summary>
    public static Task<int> RunAsync(string folder, Func<LocalCluster, Task> run, CancellationToken ct) => TellAsync(async () =>
    {
        var cluster = await LocalCluster.OpenAsync(folder, ct)
            ?? throw new InvalidOperationException($"There is no cluster in {folder}. Start one (up), or name its folder (--folder).");
        await run(cluster);
    });

    /// <summary>Does something at once.</summary>
    public static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>Cuts two groups of nodes from one another.</summary>
    public static Task CutAsync(LocalCluster cluster, string a, string b, bool oneWay, CancellationToken ct)
    {
        var (one, other) = Sides(cluster, a, b);
        return cluster.CutAsync(one, other, oneWay, ct);
    }

    /// <summary>Slows the links between two groups of nodes down.</summary>
    public static Task SlowAsync(LocalCluster cluster, string a, string b, int milliseconds, CancellationToken ct)
    {
        var (one, other) = Sides(cluster, a, b);
        return cluster.SlowAsync(one, other, TimeSpan.FromMilliseconds(milliseconds), ct);
    }

    private static (string[] One, string[] Other) Sides(LocalCluster cluster, string a, string b)
    {
        var one = a.Split(',');
        return (one, b == "rest" ? [.. cluster.Nodes.Select(node => node.Name).Except(one)] : b.Split(','));
    }

    /// <summary>Prints a line for each node, and one for each link that is cut.</summary>
    public static async Task StatusAsync(LocalCluster cluster, CancellationToken ct)
    {
        Console.WriteLine($"{"node",-11} {"role",-13} {"address",-21} {"health",-15} {"process",8} {"MiB",6}");
        foreach (var status in await ClusterStatus.OfAsync(cluster, ct))
        {
            var node = status.Node;
            var process = node.State == NodeState.Down ? "" : $"{node.ProcessId}";
            Console.WriteLine($"{node.Name,-11} {status.Role.Replace('_', ' '),-13} {node.Endpoint,-21} {status.Health,-15} {process,8} {node.Memory / 1048576,6}");
        }

        foreach (var link in await cluster.CutsAsync(ct)) Console.WriteLine($"cut: {link.From} -> {link.To}");
    }

    /// <summary>Breaks things at random for a while, and tells what was left of what was acknowledged.</summary>
    /// <exception cref="InvalidOperationException">Something is lost, doubled, or left in processing.</exception>
    public static async Task StormAsync(LocalCluster cluster, int minutes, int seed, CancellationToken ct)
    {
        Console.WriteLine($"seed {seed}");
        var storm = await new Storm(cluster, seed, Console.WriteLine).RunAsync(TimeSpan.FromMinutes(minutes), ct);
        Console.WriteLine($"{storm.Faults} faults; {storm.Reads} reads, {storm.FailedReads.Count} failed; {storm.Count.Acknowledged} uploads and {storm.Edits} edits acknowledged");
        Console.WriteLine($"reads that failed: {string.Join(", ", StormCount.Summary(storm.FailedReads))}");
        Console.WriteLine($"writes that were not acknowledged: {string.Join(", ", StormCount.Summary(storm.FailedWrites))}");
        foreach (var wrong in storm.FailedReads.Concat(storm.FailedWrites).Where(failure => failure is not ({ Status: null } or { RetryAfter: true })).Take(20)) Console.WriteLine($"  {wrong}");
        if (!storm.IsWhole) throw new InvalidOperationException(storm.Describe());
        Console.WriteLine("Nothing lost, nothing doubled, everything ready.");
    }

    private static async Task<int> TellAsync(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or ServerFailedException or ServerMissingException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
