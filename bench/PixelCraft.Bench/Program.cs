using System.CommandLine;
using PixelCraft.Bench.Comparing;

// bench/compare is the command to use: it installs and builds what this needs.
var databases = new Option<string[]>("--database") { Description = "sqlite, postgres or both.", DefaultValueFactory = _ => ["postgres", "sqlite"], AllowMultipleArgumentsPerToken = true };
var images = new Option<int>("--images") { Description = "Records in the catalogue; 400 or more.", DefaultValueFactory = _ => 1_000_000 };
var only = new Option<string[]>("--only") { Description = $"Only these of {string.Join(", ", Work.All.Select(work => work.Name))}, start and render.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
var rounds = new Option<int>("--rounds") { Description = "Measurements of each, A B A B.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 3 };
var upload = new Option<string?>("--upload") { Description = "A JPEG to upload; without one uploads are left out." };
var results = new Option<string?>("--results") { Description = "A JSON file for the results." };
var command = new RootCommand("Compares PixelCraft with the Node peer: CPU per request, on the same rows and servers.") { databases, images, only, rounds, seconds, upload, results };
command.SetAction(async (parsed, cancellationToken) =>
{
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
    return 0;
});
return await command.Parse(args).InvokeAsync();
