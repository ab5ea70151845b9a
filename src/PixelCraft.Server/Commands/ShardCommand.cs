using System.CommandLine;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft shard</c>: which of the catalogue's databases holds whose images, and moving them.</summary>
internal static class ShardCommand
{
    public static Command Create()
    {
        var list = new Command("list", "Show which database holds which shards.").WithConfiguration();
        list.SetAction((parsed, cancellationToken) => RunAsync(parsed, mover => ListAsync(mover, cancellationToken), cancellationToken));

        var range = new Argument<string>("range") { Description = "The shards: 2048-4095, or one." };
        var target = new Argument<string>("target") { Description = "The database: catalogue, catalogue2, catalogue3 or catalogue4." };
        var move = new Command("move", "Move shards into another database while servers go on. Ended half-way, it can be run again.") { range, target }.WithConfiguration();
        move.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed, mover => MoveAsync(mover, parsed.GetValue(range)!, parsed.GetValue(target)!, cancellationToken), cancellationToken));
        return new Command("shard", "The databases over which the catalogue is spread.") { list, move };
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<IShardMover, Task<int>> run, CancellationToken cancellationToken)
    {
        if (parsed.LoadOrExplain() is not { } settings) return 2;
        return await Outages.ExplainAsync(async () =>
        {
            await using var app = ServerHost.Build(settings, quiet: true);
            if (app.Services.GetService<IShardMover>() is not { } mover) return Fail("The catalogue is in one database. Set Postgres:Catalogue2 to have a second one.");
            await ServerHost.MigrateAsync(app, cancellationToken);
            return await run(mover);
        });
    }

    private static async Task<int> ListAsync(IShardMover mover, CancellationToken cancellationToken)
    {
        foreach (var (range, store) in (await mover.TableAsync(cancellationToken)).Ranges) Console.WriteLine($"{range,-10} {store}");
        return 0;
    }

    private static async Task<int> MoveAsync(IShardMover mover, string text, string target, CancellationToken cancellationToken)
    {
        if (!ShardRange.TryParse(text, out var range)) return Fail($"'{text}' is not a range of shards such as 2048-4095; there are 0 to 4095.");
        if (!mover.Stores.Contains(target)) return Fail($"There is no database {target}; there are {string.Join(", ", mover.Stores)}.");
        try
        {
            var rows = await mover.MoveAsync(range, target, Console.WriteLine, cancellationToken);
            Console.WriteLine($"{range} is in {target}. {rows} rows were removed where they were.");
            return 0;
        }
        catch (InvalidOperationException e)
        {
            return Fail(e.Message);
        }
    }

    private static int Fail(string text)
    {
        Console.Error.WriteLine(text);
        return 1;
    }
}
