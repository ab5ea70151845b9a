using System.CommandLine;
using PixelCraft.Adapters.EntityFramework;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft migrate</c>: brings the databases up to date without serving. Serving does it too.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the databases up to date. Serving does the same at its start.").WithConfiguration();
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.LoadOrExplain() is not { } settings) return 2;
            return await Outages.ExplainAsync(async () =>
            {
                await using var app = ServerHost.Build(settings, quiet: true);
                await ServerHost.MigrateAsync(app, cancellationToken);
                foreach (var database in app.Services.GetServices<IModuleDatabase>()) Console.WriteLine($"{database.Name}: up to date ({database.Location})");
                return 0;
            });
        });
        return command;
    }
}
