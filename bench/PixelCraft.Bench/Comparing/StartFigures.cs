using System.Diagnostics;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Comparing;

/// <summary>Cold start and idle memory of the published program on its embedded stores: no configuration but the port and the folder.</summary>
internal static class StartFigures
{
    private const double AimSeconds = 0.7;
    private const double AimMegabytes = 140;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    /// <param name="folder">For its data.</param>
    /// <param name="starts">How often; the first, which makes the databases, does not count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(string folder, int starts, CancellationToken cancellationToken)
    {
        var named = Environment.GetEnvironmentVariable(PixelCraftProcess.ProgramVariable) ?? throw new InvalidOperationException("bench/compare names the published program.");
        var program = Path.ChangeExtension(named, null);
        var (seconds, cpu, memory) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i <= starts; i++)
        {
            var url = $"http://127.0.0.1:{Ports.Free()}";
            var begin = Stopwatch.GetTimestamp();
            await using var server = ServerProcess.Start(
                Path.Combine(folder, "log"), program, ["--set", $"Listen={url}", "--set", $"Data={Path.Combine(folder, "data")}"]);
            await server.WaitUntilAsync(
                async cancel =>
                {
                    using var response = await Http.GetAsync(new Uri($"{url}/health/ready"), cancel);
                    return response.IsSuccessStatusCode;
                },
                TimeSpan.FromSeconds(60), cancellationToken);
            if (i == 0) continue;
            seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            cpu.Add(ProcessTable.CpuSeconds(server.Id));
            await Task.Delay(Idle, cancellationToken);
            memory.Add(ProcessTable.Memory(server.Id) / 1e6);
        }
        return
        [
            "| figure | measured | aim | |\n| --- | --- | --- | --- |",
            FormattableString.Invariant($"| cold start, s | {Spread.Of(seconds):f2} | {AimSeconds} | CPU {Spread.Of(cpu):f2} s |"),
            FormattableString.Invariant($"| idle memory, PSS, MB | {Spread.Of(memory):f0} | {AimMegabytes} | |"),
        ];
    }
}
