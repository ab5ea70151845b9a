using System.CommandLine;
using PixelCraft.Server.Configuration;

namespace PixelCraft.Server.Commands;

/// <summary>The options that every command takes to find the configuration.</summary>
internal static class CommonOptions
{
    public static Option<string?> File { get; } = new("--config") { Description = "A JSON file with settings. pixelcraft.json in the working folder, where there is one." };

    public static Option<string[]> Set { get; } = new("--set") { Description = "A setting, as Key=value; can be repeated.", DefaultValueFactory = _ => [] };

    public static Command WithConfiguration(this Command command)
    {
        command.Options.Add(File);
        command.Options.Add(Set);
        return command;
    }

    public static Settings Load(this ParseResult parsed) => Settings.Load(parsed.GetValue(Set) ?? [], parsed.GetValue(File));

    /// <summary>The configuration; null, with every fault written to the error output, when it can't be used.</summary>
    public static Settings? LoadOrExplain(this ParseResult parsed)
    {
        var settings = parsed.Load();
        if (settings.Faults.Count == 0) return settings;
        Console.Error.WriteLine("PixelCraft can't start with this configuration:");
        foreach (var fault in settings.Faults) Console.Error.WriteLine($"  {fault}");
        Console.Error.WriteLine("'pixelcraft config --all' lists every setting.");
        return null;
    }
}
