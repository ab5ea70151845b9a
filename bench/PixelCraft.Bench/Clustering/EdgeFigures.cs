using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PixelCraft.Bench.Measuring;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Clustering;

/// <summary>What visitors' requests cost behind the edge once it is warm: the share that reaches web, CPU, and the time with 200 ms to the origin.</summary>
internal sealed partial record EdgeFigures(LocalCluster Cluster, ClusterMember Member, int Seconds, string Folder)
{
    private const double AimShare = 0.01;
    private const double AimMilliseconds = 20;
    private const int Timed = 1_000;
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    private ClusterNode Edge => Cluster["edge1"];

    private string Url => $"http://{Edge.Endpoint}";

    public async Task<IEnumerable<string>> RunAsync(CancellationToken cancellationToken)
    {
        var requests = Member.Visits(await FilesAsync(cancellationToken)).ToList();
        var file = Path.Combine(Folder, "edge.txt");
        await Wrk.WriteAsync(file, requests, cancellationToken);
        await Wrk.RunAsync(Url, file, Seconds, cancellationToken);

        var (reached, edge, web) = (await AtWebAsync(cancellationToken), Edge.CpuSeconds, WebCpu());
        var answered = await Wrk.RunAsync(Url, file, Seconds, cancellationToken);
        reached = await AtWebAsync(cancellationToken) - reached;
        var share = reached / (double)answered;
        var lines = new List<string>
        {
            "| edge, warm, visitors' requests | measured | aim |\n| --- | --- | --- |",
            FormattableString.Invariant($"| requests | {answered:n0}: {Member.Variants.Count} variants, {Member.Images.Count + 1} pages, {requests.Count - Member.Variants.Count - (2 * Member.Images.Count)} files, in turn | |"),
            FormattableString.Invariant($"| share that reaches web | {share:p2} | {AimShare:p0}{(share <= AimShare ? "" : " missed")} |"),
            FormattableString.Invariant($"| CPU of the edge a request, us | {(Edge.CpuSeconds - edge) / answered * 1e6:f0} | |"),
            FormattableString.Invariant($"| CPU of web a request, us | {(WebCpu() - web) / answered * 1e6:f1} | |"),
        };
        if (Cluster.HasNetwork) lines.AddRange(await SlowAsync(requests, cancellationToken));
        return lines;
    }

    private async Task<IEnumerable<string>> SlowAsync(List<Request> requests, CancellationToken cancellationToken)
    {
        string[] origin = [.. Cluster.OfKind("balancer").Concat(Cluster.OfKind("gateway")).Select(node => node.Name)];
        await Cluster.SlowAsync(["edge1"], origin, OneWay, cancellationToken);
        await TimeAsync(Url, requests, cancellationToken);
        var times = await TimeAsync(Url, requests, cancellationToken);
        var (p50, p99) = (times[times.Count / 2], times[(int)(times.Count * 0.99)]);
        return
        [
            FormattableString.Invariant($"| with 200 ms to the origin: median, ms | {p50:f1} | {AimMilliseconds:f0}{(p50 <= AimMilliseconds ? "" : " missed")} |"),
            FormattableString.Invariant($"| the same, 99th percentile | {p99:f1} | |"),
        ];
    }

    /// <summary>Milliseconds, sorted, of requests one after another.</summary>
    private static async Task<List<double>> TimeAsync(string url, List<Request> requests, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Timed; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            using var answer = await Http.GetAsync(new Uri(url + requests[i % requests.Count].Path), cancellationToken);
            answer.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }

    /// <summary>The style sheets and scripts that the gallery names.</summary>
    private async Task<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken)
    {
        var page = await Http.GetStringAsync(new Uri(Url + "/"), cancellationToken);
        return [.. Files.Matches(page).Select(match => match.Groups[1].Value).Distinct()];
    }

    /// <summary>Requests that the web processes have answered, by their metrics; health checks and the question itself aside.</summary>
    private async Task<long> AtWebAsync(CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var node in Cluster.OfKind("web"))
        {
            var metrics = await Http.GetStringAsync(new Uri($"http://{node.Endpoint}/metrics"), cancellationToken);
            count += Answered.Matches(metrics).Where(match => !match.Value.Contains("\"/health", StringComparison.Ordinal) && !match.Value.Contains("\"/metrics", StringComparison.Ordinal))
                .Sum(match => long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }

        return count;
    }

    private double WebCpu() => Cluster.OfKind("web").Sum(node => node.CpuSeconds);

    [GeneratedRegex("""(?:href|src)="(/[^"]+\.(?:css|js|svg|woff2))(?:\?[^"]*)?["]""")]
    private static partial Regex Files { get; }

    [GeneratedRegex(@"^http_server_request_duration_seconds_count\{[^}]*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex Answered { get; }
}
