using System.Globalization;
using System.Text.Json;
using PixelCraft.Bench.Comparing;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Rooms;

/// <summary>
/// Live rooms against Socket.IO, naive and batching, in turn: CPU of the server's process for a million moves that were seen, the time from move to
/// sight, bytes; how many can be seen a second; what an idle connection takes of memory.
/// </summary>
/// <param name="Rounds">Measurements of each.</param>
/// <param name="Seconds">Of one.</param>
/// <param name="Folder">For what is made meanwhile.</param>
internal sealed record RoomComparison(int Rounds, int Seconds, string Folder)
{
    private const int Rate = 20;
    private const int MostP99 = 100;

    private static readonly (int Participants, double Aim)[] Sizes = [(50, 0.15), (200, 0.05)];
    private static readonly int[] Idle = [5_000, 19_000];

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string> { Settings() };
        void Add(string line)
        {
            lines.Add(line);
            Console.Error.WriteLine(line);
        }

        Add("\n| participants x moves a second | server | CPU-s for a million seen | seen a second | bytes for one | median, 99th percentile, ms | ratio to naive | aim |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (participants, aim) in Sizes)
        {
            var (ours, naive, batch) = (new List<RoomMeasurement>(), new List<RoomMeasurement>(), new List<RoomMeasurement>());
            for (var round = 0; round < Rounds; round++)
            {
                ours.Add(await TakeAsync(RoomServer.OursAsync(1, 1, cancellationToken), participants, Rate, cancellationToken));
                naive.Add(await TakeAsync(RoomServer.PeerAsync(Folder, "naive", 1, cancellationToken), participants, Rate, cancellationToken));
                batch.Add(await TakeAsync(RoomServer.PeerAsync(Folder, "batch", 1, cancellationToken), participants, Rate, cancellationToken));
            }

            Add(Row(participants, "PixelCraft", ours, naive, aim));
            Add(Row(participants, "Socket.IO, batching", batch, naive, null));
            Add(Row(participants, "Socket.IO, naive", naive, naive, null));
        }

        var two = new List<RoomMeasurement>();
        for (var round = 0; round < Rounds; round++) two.Add(await TakeAsync(RoomServer.OursAsync(2, 1, cancellationToken), Sizes[0].Participants, Rate, cancellationToken));
        Add(Row(Sizes[0].Participants, "PixelCraft, two servers", two, null, null));

        Add($"\n| rooms of 200, {Rate / 2} moves a second of each | seen a second | median, 99th percentile, ms | CPU-s for a million seen |\n| --- | --- | --- | --- |");
        var most = 0.0;
        for (var rooms = 1; rooms <= 8; rooms++)
        {
            var found = await TakeAsync(RoomServer.OursAsync(1, rooms, cancellationToken), 200, Rate / 2, cancellationToken);
            Add(string.Create(CultureInfo.InvariantCulture, $"| {rooms} | {found.Rate:n0} | {found.Median:f0}, {found.P99:f0} | {found.Cpu:f2} |"));
            if (found.P99 > MostP99) break;
            most = found.Rate;
        }

        Add(string.Create(CultureInfo.InvariantCulture, $"\n{most:n0} seen a second before the 99th percentile passes {MostP99} ms (aim 1,000,000{(most >= 1e6 ? "" : ", missed")}).\n"));

        Add("| idle connections | PixelCraft, KiB each | Socket.IO, KiB each | ratio | aim |\n| --- | --- | --- | --- | --- |");
        foreach (var count in Idle)
        {
            var ours = await IdleAsync(RoomServer.OursAsync(1, 1, cancellationToken), count, cancellationToken);
            var peer = await IdleAsync(RoomServer.PeerAsync(Folder, "naive", 1, cancellationToken), count, cancellationToken);
            Add(string.Create(CultureInfo.InvariantCulture, $"| {count:n0} | {ours:f1} | {peer:f1} | {ours / peer:f2} | 1.20{(ours / peer <= 1.2 ? "" : " missed")} |"));
        }

        return lines;
    }

    private async Task<RoomMeasurement> TakeAsync(Task<RoomServer> start, int participants, int rate, CancellationToken cancellationToken)
    {
        await using var server = await start;
        return await RoomMeasurement.TakeAsync(server, participants, rate, Seconds, cancellationToken);
    }

    /// <summary>KiB for each connection, after the server has had half a minute to itself.</summary>
    private static async Task<double> IdleAsync(Task<RoomServer> start, int count, CancellationToken cancellationToken)
    {
        await using var server = await start;
        var before = server.Memory;
        using var load = new RoomLoadProcess(IdleLoad.Command, server.Kind, server.Urls[0], $"{count}");
        await load.NextAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        return (server.Memory - before) / 1024.0 / count;
    }

    private static string Row(int participants, string name, List<RoomMeasurement> samples, List<RoomMeasurement>? naive, double? aim)
    {
        var ratio = naive is null ? (Spread?)null : Spread.Of(samples.Zip(naive, (a, b) => a.Cpu / b.Cpu));
        var reached = aim is { } most ? FormattableString.Invariant($"{most:f2}{(ratio!.Value.Median <= most ? "" : " missed")}") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"| {participants} x {Rate} | {name} | {Text(sample => sample.Cpu, "f2")} | {Text(sample => sample.Rate, "n0")} | {Text(sample => sample.Bytes, "f1")} | {Text(sample => sample.Median, "f0")}, {Text(sample => sample.P99, "f0")} | {ratio?.ToString("f3", CultureInfo.InvariantCulture)} | {reached} |");

        string Text(Func<RoomMeasurement, double> value, string format) => Spread.Of(samples.Select(value)).ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>What of the runtime's settings bears on this, as the program under test has them.</summary>
    private static string Settings()
    {
        var program = Environment.GetEnvironmentVariable(PixelCraftProcess.ProgramVariable) ?? throw new InvalidOperationException("bench/compare names the published program.");
        using var file = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(program, ".runtimeconfig.json")));
        var settings = file.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").EnumerateObject()
            .Where(property => property.Name.StartsWith("System.GC.", StringComparison.Ordinal) || property.Name.StartsWith("System.Threading.", StringComparison.Ordinal) || property.Name.Contains("Tiered", StringComparison.Ordinal));
        return $"Runtime: {string.Join(", ", settings.Select(property => $"{property.Name} {property.Value}"))}.";
    }
}
