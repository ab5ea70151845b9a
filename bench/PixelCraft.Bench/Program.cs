using System.CommandLine;
using System.Text.Json;
using PixelCraft.Bench.Clustering;
using PixelCraft.Bench.Comparing;
using PixelCraft.Bench.Queueing;
using PixelCraft.Bench.Rooms;

if (args is [QueueProcess.Command, .. var work]) return await QueueProcess.RunAsync(work);
if (args is [RoomLoad.Command, .. var load]) return await RoomLoad.RunAsync(load);
if (args is [IdleLoad.Command, .. var idle]) return await IdleLoad.RunAsync(idle);

// bench/compare is the command to use: it installs and builds what this needs.
var databases = new Option<string[]>("--database") { Description = "sqlite, postgres or both.", DefaultValueFactory = _ => ["postgres", "sqlite"], AllowMultipleArgumentsPerToken = true };
var images = new Option<int>("--images") { Description = "Records in the catalogue; 400 or more.", DefaultValueFactory = _ => 1_000_000 };
var only = new Option<string[]>("--only") { Description = $"Only these of {string.Join(", ", Work.All.Select(work => work.Name))}; or start, for cold start and idle memory; or engine, for making variants; or queue, for the job queue; or rooms, for live rooms; or cluster, for the scaled architecture.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
var rounds = new Option<int>("--rounds") { Description = "Measurements of each, A B A B.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 3 };
var upload = new Option<string?>("--upload") { Description = "A JPEG to upload; without one uploads are left out." };
var photograph = new Option<string[]>("--photograph") { Description = "With --only engine: JPEG files.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
var results = new Option<string?>("--results") { Description = "A JSON file for the results." };
var command = new RootCommand("Compares PixelCraft with the Node peer: CPU per request, on the same rows and servers.") { databases, images, only, rounds, seconds, upload, photograph, results };
command.SetAction(async (parsed, cancellationToken) =>
{
    if (parsed.GetValue(only)!.Contains("start")) return await StartAsync(parsed.GetValue(rounds), cancellationToken);
    if (parsed.GetValue(only)!.Contains("queue")) return await QueueAsync(parsed.GetValue(rounds), cancellationToken);
    if (parsed.GetValue(only)!.Contains("cluster"))
        return await InFolderAsync(folder => new ClusterFigures(parsed.GetValue(rounds), parsed.GetValue(seconds), folder).RunAsync(cancellationToken));
    if (parsed.GetValue(only)!.Contains("rooms"))
        return await InFolderAsync(folder => new RoomComparison(parsed.GetValue(rounds), parsed.GetValue(seconds), folder).RunAsync(cancellationToken));
    if (parsed.GetValue(only)!.Contains("engine")) return await EngineAsync(parsed.GetValue(photograph)!, parsed.GetValue(rounds), cancellationToken);
    var rows = new List<Row>();
    foreach (var database in parsed.GetValue(databases)!)
    {
        var folder = Directory.CreateTempSubdirectory("pixelcraft-bench-").FullName;
        try
        {
            rows.AddRange(await new Comparison(
                database, parsed.GetValue(images), parsed.GetValue(only)!, parsed.GetValue(rounds), parsed.GetValue(seconds), folder, parsed.GetValue(upload))
                .RunAsync(cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
    Console.WriteLine(Row.Head);
    foreach (var row in rows) Console.WriteLine(row);
    if (parsed.GetValue(results) is { } file) await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { Date = DateTimeOffset.UtcNow, Machine = Machine(), Rows = rows }, Indented), cancellationToken);
    return 0;
});
return await command.Parse(args).InvokeAsync();

static async Task<int> StartAsync(int starts, CancellationToken cancellationToken)
{
    var folder = Directory.CreateTempSubdirectory("pixelcraft-bench-").FullName;
    try
    {
        var program = Environment.GetEnvironmentVariable(PixelCraft.Cluster.PixelCraftProcess.ProgramVariable) ?? throw new InvalidOperationException("bench/compare names the published program.");
        Console.WriteLine("| figure | measured | aim | |\n| --- | --- | --- | --- |");
        foreach (var line in await StartFigures.RunAsync(Path.ChangeExtension(program, null), folder, starts, cancellationToken)) Console.WriteLine(line);
        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static async Task<int> EngineAsync(string[] photographs, int rounds, CancellationToken cancellationToken)
{
    if (photographs.Length == 0) throw new ArgumentException("--photograph: none was named.");
    var folder = Directory.CreateTempSubdirectory("pixelcraft-bench-").FullName;
    try
    {
        foreach (var line in await new EngineComparison(photographs, rounds, folder).RunAsync(cancellationToken)) Console.WriteLine(line);
        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static async Task<int> QueueAsync(int rounds, CancellationToken cancellationToken)
{
    foreach (var line in await new QueueComparison(rounds).RunAsync(cancellationToken)) Console.WriteLine(line);
    return 0;
}

static async Task<int> InFolderAsync(Func<string, Task<IReadOnlyList<string>>> measure)
{
    var folder = Directory.CreateTempSubdirectory("pixelcraft-bench-").FullName;
    try
    {
        foreach (var line in await measure(folder)) Console.WriteLine(line);
        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static string Machine()
{
    var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
    return $"{Environment.ProcessorCount} x {model}, {Environment.OSVersion}, .NET {Environment.Version}";
}

internal sealed partial class Program
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
