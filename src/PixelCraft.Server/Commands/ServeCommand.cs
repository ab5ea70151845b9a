using System.CommandLine;
using System.Net.Sockets;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Server.Configuration;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft</c> or <c>pixelcraft serve</c>: runs the process role.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Begin with two members and a gallery, where there are no members yet." };
        var photographs = new Option<string?>("--photographs") { Description = "With --demo: a folder of JPEG files for the gallery. Without one, images are generated." };
        var command = new Command("serve", "Run the process role of the configuration.") { demo, photographs }.WithConfiguration();
        command.SetAction(async (parsed, cancellationToken) =>
            parsed.LoadOrExplain() is { } settings
                ? await Outages.ExplainAsync(() => RunAsync(settings, parsed.GetValue(demo) ? new Demo(parsed.GetValue(photographs)) : null, cancellationToken))
                : 2);
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, Demo? demo, CancellationToken cancellationToken)
    {
        var server = settings.Get<ServerOptions>();
        using var alone = server.Role == Roles.All ? LockFolder(server.Data) : null;
        if (alone is null && server.Role == Roles.All)
        {
            Console.Error.WriteLine($"Another PixelCraft runs on the data folder {Path.GetFullPath(server.Data)}. Stop it, or choose another folder with --set Data=…");
            return 3;
        }

        await using var app = ServerHost.Build(settings);
        try
        {
            await ServerHost.MigrateAsync(app, cancellationToken);
            if (demo is not null) await demo.FillAsync(app.Services, cancellationToken);
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException && e is not UnavailableException)
        {
            // What had begun is told to end, or it would take the end of the program for a failure.
            app.Lifetime.StopApplication();
            var inUse = e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException;
            Console.Error.WriteLine(inUse
                ? $"The address {server.Listen} is in use. Stop what uses it, or choose another with --set Listen=http://localhost:8081"
                : $"The address {server.Listen} can't be listened on: {e.GetBaseException().Message}. Choose another with --set Listen=http://localhost:8081");
            return 5;
        }
        app.Logger.LogInformation("PixelCraft {Version} serves {Address} as {Role}.", Product.Version, server.Listen, server.Role);
        demo?.Tell();
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static FileStream? LockFolder(string data)
    {
        try
        {
            Directory.CreateDirectory(data);
            return FileLock.TryTake(Path.Combine(data, "pixelcraft.lock"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"data folder {Path.GetFullPath(data)}", e);
        }
    }
}
