using PixelCraft.Bench.Comparing;
using PixelCraft.Bench.Measuring;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Clustering;

/// <summary>CPU of a request through a load balancer, with 4, 2 and 1 web processes behind it: metadata and lists of 20, half each, by session.</summary>
internal sealed record BalancerFigures(LocalCluster Cluster, ClusterMember Member, int Rounds, int Seconds, string Folder)
{
    private const int MostWarming = 12;

    public async Task<IEnumerable<string>> RunAsync(CancellationToken cancellationToken)
    {
        var requests = Path.Combine(Folder, "balancer.txt");
        await Wrk.WriteAsync(requests, Member.Reads, cancellationToken);
        var lines = new List<string>();
        foreach (var count in new[] { 4, 2, 1 })
        {
            foreach (var web in Cluster.OfKind("web").Skip(count)) await web.StopAsync();
            var best = double.MaxValue;
            for (int run = 0, without = 0; run < MostWarming && without < 2; run++)
            {
                var sample = (await MeasureAsync(requests, cancellationToken)).Web;
                without = sample < best * 0.95 ? 0 : without + 1;
                best = Math.Min(best, sample);
            }

            var samples = new List<Sample>();
            for (var round = 0; round < Rounds; round++) samples.Add(await MeasureAsync(requests, cancellationToken));
            lines.Add(FormattableString.Invariant(
                $"| {count} | {Spread.Of(samples.Select(sample => sample.Web)):f0} | {Spread.Of(samples.Select(sample => sample.Balancer)):f0} | {Spread.Of(samples.Select(sample => sample.Stores)):f0} | {Spread.Of(samples.Select(sample => sample.Rate)):f0} |"));
        }

        lines.Reverse();
        return lines.Prepend("| web processes | CPU of web a request, us | of the load balancer | of PostgreSQL and Redis | requests a second |\n| --- | --- | --- | --- | --- |");
    }

    private async Task<Sample> MeasureAsync(string requests, CancellationToken cancellationToken)
    {
        double Cpu(params string[] kinds) => kinds.SelectMany(Cluster.OfKind).Sum(node => node.CpuSeconds);
        var before = (Web: Cpu("web"), Balancer: Cpu("balancer"), Stores: Cpu("postgres", "redis"));
        var answered = await Wrk.RunAsync(Cluster.Urls[0], requests, Seconds, cancellationToken);
        double Each(double seconds) => seconds / answered * 1e6;
        return new Sample(
            Each(Cpu("web") - before.Web), Each(Cpu("balancer") - before.Balancer), Each(Cpu("postgres", "redis") - before.Stores), answered / (double)Seconds);
    }

    private sealed record Sample(double Web, double Balancer, double Stores, double Rate);
}
