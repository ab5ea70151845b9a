using System.CommandLine;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Server.Configuration;
using PixelCraft.Server.Health;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft doctor</c>: asks every configured dependency, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Check every configured dependency, and say what to do.").WithConfiguration();
        command.SetAction(async (parsed, cancellationToken) =>
            parsed.LoadOrExplain() is { } settings ? await RunAsync(settings, cancellationToken) : 2);
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var app = ServerHost.Build(settings, quiet: true);
        var sick = 0;
        foreach (var dependency in app.Services.GetRequiredService<Dependencies>().All)
        {
            var (isThere, text) = await Dependencies.AskAsync(dependency, cancellationToken);
            Console.WriteLine($"{(isThere ? "ok    " : "FAULT ")} {dependency.Name}: {text}");
            if (isThere) continue;
            sick++;
            Console.WriteLine($"       {dependency.Advice}");
        }
        if (!await EngineIsConfinedAsync(cancellationToken)) sick++;
        Console.WriteLine(sick == 0 ? "Everything that this configuration needs is there." : $"{sick} of the things that this configuration needs {(sick == 1 ? "is" : "are")} not there.");
        return sick == 0 ? 0 : 1;
    }

    /// <summary>Has a child try what it may not. Not one of the dependencies, which load balancers ask for all the time.</summary>
    private static async Task<bool> EngineIsConfinedAsync(CancellationToken cancellationToken)
    {
        var (full, text) = Confinement.Describe();
        var could = await ConfinementProbe.RunAsync(RenderCommand.Child, confined: true, cancellationToken);
        var asDescribed = could.Count == 0 || !full;
        Console.WriteLine($"{(asDescribed ? full ? "ok    " : "note  " : "FAULT ")} image engine: {text}");
        if (could.Count == 0) return true;
        Console.WriteLine($"       These processes can {string.Join(", ", could)}. {(full ? "Please report this." : "A kernel with Landlock (5.13 or later, and turned on) would keep them from it.")}");
        return asDescribed;
    }
}
