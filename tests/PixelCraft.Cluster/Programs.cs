using System.Diagnostics;

namespace PixelCraft.Cluster;

/// <summary>Finds and runs installed programs.</summary>
public static class Programs
{
    /// <summary>The full path of a program.</summary>
    /// <param name="name">Its file name.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <exception cref="ServerMissingException">It is not installed.</exception>
    public static string Find(string name, string package)
    {
        // Daemons live in sbin, which is not in everybody's PATH.
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"]);
        return folders.Where(folder => folder != "").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new ServerMissingException($"{name} is not installed (Debian package {package}).");
    }

    /// <summary>Runs a program to its end, with nothing on its standard input.</summary>
    /// <param name="program">Path, or name to be looked up in PATH.</param>
    /// <param name="arguments">One by one; no shell reads them.</param>
    /// <param name="environment">Variables set in addition to this process's own; null removes one.</param>
    /// <param name="ct">Kills the program.</param>
    public static async Task<CommandResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        CancellationToken ct = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await Task.WhenAll(output, error, process.WaitForExitAsync(ct));
            return new CommandResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>Its standard output, without the last line end.</returns>
    /// <exception cref="InvalidOperationException">Its exit code is not 0; the message holds what it wrote.</exception>
    internal static async Task<string> RunOrThrowAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        CancellationToken ct = default)
    {
        var result = await RunAsync(program, arguments, environment, ct);
        return result.ExitCode == 0
            ? result.Output.TrimEnd('\n')
            : throw new InvalidOperationException($"{program} ended with exit code {result.ExitCode}.\n{result.Output}{result.Error}");
    }
}
