namespace PixelCraft.Cluster;

/// <summary>
/// Breaks one thing of a cluster after another, or two, at random, under a load: nodes are killed and frozen, links cut and slowed, all of Redis
/// or the object store taken away. After each it is healed, and must take uploads again; in the end everything that was acknowledged is counted.
/// </summary>
/// <param name="cluster">With a network of its own, or links are left whole.</param>
/// <param name="seed">The same seed breaks the same things in the same order.</param>
/// <param name="tell">Gets a line for each thing that is done.</param>
public sealed class Storm(LocalCluster cluster, int seed, Action<string> tell)
{
    /// <summary>In which uploads must be taken again after healing: a new leader's lease and the start of the slowest server.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(seed);

    /// <summary>Runs it.</summary>
    /// <param name="length">How long things are broken; the count comes after that.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<StormCount> RunAsync(TimeSpan length, CancellationToken ct = default)
    {
        await cluster.HealAsync(ct);
        await using var load = await Load.StartAsync(cluster.Urls, ct: ct);
        var faults = 0;
        string? stuck = null;
        try
        {
            while (load.Now < length)
            {
                await load.AcknowledgesAsync(2, Recovery, ct);
                // A third of the time something else breaks meanwhile.
                (string Name, Func<CancellationToken, Task> Strike)[] strikes = _random.Next(3) == 0 ? [Pick(), Pick()] : [Pick()];
                var lasts = Shortest + ((Longest - Shortest) * _random.NextDouble());
                var names = string.Join(", and ", strikes.Select(strike => strike.Name));
                tell($"{load.Now:hh\\:mm\\:ss} {names} for {lasts.TotalSeconds:0} s; {load.Acknowledged.Count} uploads, {load.ReadCount} reads, {load.FailedReads.Count} of them failed");
                foreach (var (_, strike) in strikes)
                {
                    await strike(ct);
                    await Task.Delay(lasts / strikes.Length, ct);
                }

                await cluster.HealAsync(ct);
                faults += strikes.Length;
            }

            await load.AcknowledgesAsync(2, Recovery, ct);
        }
        catch (TimeoutException e)
        {
            stuck = e.Message;
        }

        await load.StopAsync();
        tell($"{load.Now:hh\\:mm\\:ss} counting");
        var count = await load.CountAsync(TimeSpan.FromMinutes(2), ct);
        return new StormCount(faults, stuck, load.ReadCount, [.. load.FailedReads], [.. load.FailedWrites], load.Edits.Count, count);
    }

    private (string Name, Func<CancellationToken, Task> Strike) Pick()
    {
        var nodes = cluster.Nodes.Where(node => node.Kind != "line").ToList();
        var node = nodes[_random.Next(nodes.Count)];
        var others = nodes.Where(other => other != node).Select(other => other.Name).ToArray();
        var some = others.Where(_ => _random.Next(2) == 0).Append(others[0]).Distinct().ToArray();
        return _random.Next(cluster.HasNetwork ? 8 : 5) switch
        {
            0 or 1 => ($"kill {node.Name}", Now(node.Kill)),
            2 or 3 => ($"freeze {node.Name}", Now(node.Pause)),
            4 => _random.Next(2) == 0 ? ("kill all of redis", Now(() => KillAll("redis"))) : ("kill all gateways", Now(() => KillAll("gateway"))),
            5 => ($"cut {node.Name} from all", ct => cluster.CutAsync([node.Name], others, ct: ct)),
            6 => ($"cut {node.Name} from {string.Join(',', some)}", ct => cluster.CutAsync([node.Name], some, oneWay: _random.Next(3) == 0, ct)),
            _ => ($"slow {node.Name}", ct => cluster.SlowAsync([node.Name], others, TimeSpan.FromMilliseconds(_random.Next(20, 1500)), ct)),
        };
    }

    private void KillAll(string kind)
    {
        foreach (var node in cluster.OfKind(kind)) node.Kill();
    }

    private static Func<CancellationToken, Task> Now(Action strike) => _ =>
    {
        strike();
        return Task.CompletedTask;
    };
}

/// <summary>What a storm did, and what was left.</summary>
/// <param name="Faults">How many things were broken.</param>
/// <param name="Stuck">What the healed cluster answered instead of taking uploads within <see cref="Storm.Recovery"/>; null when it took them.</param>
/// <param name="Reads">Requests that read.</param>
/// <param name="FailedReads">Those of them that no balancer answered with success.</param>
/// <param name="FailedWrites">Attempts to write that were not acknowledged.</param>
/// <param name="Edits">Edits that were acknowledged.</param>
/// <param name="Count">What is there of what was acknowledged.</param>
public sealed record StormCount(
    int Faults, string? Stuck, long Reads, IReadOnlyList<Load.Failure> FailedReads, IReadOnlyList<Load.Failure> FailedWrites, int Edits, LoadCount Count)
{
    /// <summary>Whether it went on after each fault, and nothing that was acknowledged is lost, doubled or left in processing.</summary>
    public bool IsWhole => Stuck is null && Count is { Lost.Count: 0, Doubled.Count: 0, Unready.Count: 0 };

    /// <summary>What is not whole, in words.</summary>
    public string Describe() =>
        $"stuck: {Stuck ?? "no"}\nlost: {string.Join("; ", Count.Lost)}\ndoubled: {string.Join("; ", Count.Doubled)}\nnot ready: {string.Join("; ", Count.Unready)}";

    /// <summary>Failures by what the client saw, the most frequent first.</summary>
    public static IEnumerable<string> Summary(IEnumerable<Load.Failure> failures) =>
        from failure in failures
        group failure by failure switch
        {
            { Status: null } => "no answer",
            { RetryAfter: true } => $"{failure.Status} with Retry-After",
            _ => $"{failure.Status}",
        }
        into same
        orderby same.Count() descending
        select $"{same.Count()} x {same.Key}";
}
