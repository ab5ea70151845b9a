using System.CommandLine;
using PixelCraft.Server.Configuration;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft config</c>: what is configured, as a difference from the defaults.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Every setting with its default, not only those that differ." };
        var command = new Command("config", "Print the effective configuration, as a difference from the defaults. Secrets are hidden.") { all }.WithConfiguration();
        command.SetAction(parsed => Run(parsed.Load(), parsed.GetValue(all)));
        return command;
    }

    private static int Run(Settings settings, bool all)
    {
        if (all)
            foreach (var setting in Settings.All) Console.WriteLine($"{setting.Key} = {Setting.Text(setting.Default)}".TrimEnd());
        else
            foreach (var (setting, value) in settings.Differences()) Console.WriteLine($"{setting.Key} = {value}  (default: {(setting.Default is null or "" ? "none" : Setting.Text(setting.Default))})");
        foreach (var fault in settings.Faults) Console.Error.WriteLine($"fault: {fault}");
        return settings.Faults.Count == 0 ? 0 : 1;
    }
}
