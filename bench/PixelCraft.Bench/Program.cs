using System.CommandLine;
using PixelCraft.Bench.Clustering;
using PixelCraft.Bench.Comparing;
using PixelCraft.Bench.Measuring;
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
    var (times, length) = (parsed.GetValue(rounds), parsed.GetValue(seconds));
    var folder = Directory.CreateTempSubdirectory("pixelcraft-bench-").FullName;
    try
    {
        var lines = parsed.GetValue(only)! switch
        {
            ["start"] => await StartFigures.RunAsync(folder, times, cancellationToken),
            ["engine"] => await new EngineComparison(parsed.GetValue(photograph)!, times, folder).RunAsync(cancellationToken),
            ["queue"] => await new QueueComparison(times).RunAsync(cancellationToken),
            ["rooms"] => await new RoomComparison(times, length, folder).RunAsync(cancellationToken),
            ["cluster"] => await new ClusterFigures(times, length, folder).RunAsync(cancellationToken),
            var works => await CompareAsync(parsed, works, folder, cancellationToken),
        };
        foreach (var line in lines) Console.WriteLine(line);
        if (parsed.GetValue(results) is { } file) await File.WriteAllTextAsync(file, Report.Json(lines, args, DateTimeOffset.UtcNow), cancellationToken);
        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
});
return await command.Parse(args).InvokeAsync();

async Task<IReadOnlyList<string>> CompareAsync(ParseResult parsed, string[] works, string folder, CancellationToken cancellationToken)
{
    var lines = new List<string> { Row.Head };
    foreach (var database in parsed.GetValue(databases)!)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, database)).FullName;
        var rows = await new Comparison(database, parsed.GetValue(images), works, parsed.GetValue(rounds), parsed.GetValue(seconds), own, parsed.GetValue(upload)).RunAsync(cancellationToken);
        lines.AddRange(rows.Select(row => row.ToString()));
        Directory.Delete(own, recursive: true);
    }
    return lines;
}
