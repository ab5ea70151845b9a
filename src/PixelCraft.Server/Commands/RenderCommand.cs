using System.Globalization;
using PixelCraft.Adapters.Rendering;

namespace PixelCraft.Server.Commands;

/// <summary>
/// <c>pixelcraft render BYTES SECONDS</c>: decodes images for the process that started it, see <see cref="RenderChild"/>. Not for
/// people, and apart from the other commands: it has to start fast, and has no configuration.
/// </summary>
internal static class RenderCommand
{
    public const string Name = "render";

    /// <summary>This program as a child.</summary>
    public static ChildCommand Child
    {
        get
        {
            var library = typeof(RenderCommand).Assembly.Location;
            var program = Path.ChangeExtension(library, null);
            return File.Exists(program) ? new(program, [Name]) : new(Environment.ProcessPath!, library.Length > 0 ? [library, Name] : [Name]);
        }
    }

    public static int Run(string[] arguments)
    {
        switch (Confinement.Enter(arguments))
        {
            case [var memory, var seconds] when long.TryParse(memory, CultureInfo.InvariantCulture, out var bytes) && int.TryParse(seconds, CultureInfo.InvariantCulture, out var limit):
                return RenderChild.Run(bytes, TimeSpan.FromSeconds(limit));
            case [ConfinementProbe.Name, var file, var process]:
                return ConfinementProbe.Try(file, int.Parse(process, CultureInfo.InvariantCulture));
        }
        Console.Error.WriteLine("This command is started by PixelCraft itself.");
        return 2;
    }
}
