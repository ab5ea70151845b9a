using System.Globalization;
using PixelCraft.Bench.Comparing;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Clustering;

/// <summary>
/// What the scaled architecture costs and how long its failovers take, on a cluster of real servers on this machine: memory of each role, CPU
/// of a request through a load balancer with 1, 2 and 4 web processes, what the edge keeps from web, and seconds without writes.
/// </summary>
/// <param name="Rounds">Measurements of each.</param>
/// <param name="Seconds">Of one measurement.</param>
/// <param name="Folder">For what is made meanwhile.</param>
internal sealed record ClusterFigures(int Rounds, int Seconds, string Folder)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var webs = new Dictionary<string, int> { ["web"] = 4, ["realtime"] = 2, ["worker"] = 2 };
        await using var cluster = await LocalCluster.StartAsync(new ClusterOptions { Network = Environment.IsPrivilegedProcess, Processes = webs }, cancellationToken);
        var member = await ClusterMember.PrepareAsync(cluster.Urls[0], images: 40, cancellationToken);
        await Task.Delay(Idle, cancellationToken);
        var lines = new List<string>();
        Add(Memory(cluster));
        Add(await new BalancerFigures(cluster, member, Rounds, Seconds, Folder).RunAsync(cancellationToken));
        await cluster.HealAsync(cancellationToken);
        Add(await new EdgeFigures(cluster, member, Seconds, Folder).RunAsync(cancellationToken));
        await cluster.HealAsync(cancellationToken);
        Add(await FailoversAsync(cluster, cancellationToken));
        return lines;

        void Add(IEnumerable<string> more)
        {
            foreach (var line in more)
            {
                Console.Error.WriteLine(line);
                lines.Add(line);
            }

            lines.Add("");
        }
    }

    private static IEnumerable<string> Memory(LocalCluster cluster)
    {
        yield return "| role | processes | memory of one, PSS, MB |\n| --- | --- | --- |";
        foreach (var kind in cluster.Nodes.GroupBy(node => node.Kind))
        {
            var spread = Spread.Of(kind.Select(node => node.Memory / 1e6));
            yield return FormattableString.Invariant($"| {kind.Key} | {kind.Count()} | {spread:f0} |");
        }
    }

    private async Task<IEnumerable<string>> FailoversAsync(LocalCluster cluster, CancellationToken cancellationToken)
    {
        var lines = new List<string> { "| killed (SIGKILL) | s without an acknowledged write | reads that failed, of all |\n| --- | --- | --- |" };
        foreach (var (what, find) in new (string, Func<Task<ClusterNode>>)[]
        {
            ("one web process of 4", () => Task.FromResult(cluster["web1"])),
            ("one load balancer of 2", () => Task.FromResult(cluster["balancer1"])),
            ("one S3 gateway of 2", () => Task.FromResult(cluster["gateway1"])),
            ("a Redis master", async () => (await ClusterStatus.OfAsync(cluster, cancellationToken)).First(status => status.Role == "master").Node),
            ("the PostgreSQL primary", () => cluster.LeaderAsync(cancellationToken)),
        })
        {
            var (gaps, failed, reads) = (new List<double>(), 0L, 0L);
            for (var round = 0; round < Rounds; round++)
            {
                await using var load = await Load.StartAsync(cluster.Urls, writers: 4, ct: cancellationToken);
                await load.AcknowledgesAsync(8, Patience, cancellationToken);
                (await find()).Kill();
                var killed = load.Now;
                await load.AcknowledgesAsync(20, Patience, cancellationToken);
                await load.StopAsync();
                gaps.Add(LongestGap(load, killed).TotalSeconds);
                failed += load.FailedReads.Count;
                reads += load.ReadCount;
                await cluster.HealAsync(cancellationToken);
            }

            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {what} | {Spread.Of(gaps).ToString("f1", CultureInfo.InvariantCulture)} | {failed} of {reads} |"));
        }

        return lines;
    }

    /// <summary>The longest time between two acknowledgements from the kill on.</summary>
    private static TimeSpan LongestGap(Load load, TimeSpan killed)
    {
        var times = load.Acknowledged.Values.Select(upload => upload.At).Concat(load.Edits.Select(edit => edit.At)).Order().ToList();
        var from = times.Where(at => at <= killed).DefaultIfEmpty(killed).Last();
        var after = times.Where(at => at >= from).ToList();
        return after.Zip(after.Skip(1), (a, b) => b - a).Max();
    }
}
