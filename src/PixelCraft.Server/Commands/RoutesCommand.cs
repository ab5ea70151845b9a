using System.CommandLine;
using System.Text;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft routes</c>: which process role answers which path where each module has processes of its own, for the load balancer.</summary>
internal static class RoutesCommand
{
    public static Command Create()
    {
        var command = new Command("routes", "Print which process role answers which path, as the inside of nginx's map of $uri.");
        command.SetAction(_ => Console.Write(Text));
        return command;
    }

    /// <summary>What goes into <c>deploy/nginx/services.map</c>.</summary>
    internal static string Text
    {
        get
        {
            var text = new StringBuilder("# Made by: pixelcraft routes\n");
            foreach (var (path, role) in Roles.Services)
                text.Append(path == "/" ? $"default {role};\n" : $"~^{path.Replace("{}", "[^/]+", StringComparison.Ordinal)}(/|$) {role};\n");
            return text.ToString();
        }
    }
}
