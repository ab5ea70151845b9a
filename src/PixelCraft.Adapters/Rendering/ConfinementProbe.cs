using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// Finds out what a child may do that it should not, by having one try: <c>pixelcraft render probe FILE PROCESS</c>. For <c>pixelcraft
/// doctor</c>, since kernels and containers differ, and for tests.
/// </summary>
public static class ConfinementProbe
{
    /// <summary>The first argument that makes a child a probe.</summary>
    public const string Name = "probe";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Starts a child that tries, on files and on this process.</summary>
    /// <param name="command">The program.</param>
    /// <param name="confined">False to have it try with all its rights: what a probe can find.</param>
    /// <param name="cancellationToken">Ends the child.</param>
    /// <returns>What it could do; nothing where all is as it should be.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(ChildCommand command, bool confined, CancellationToken cancellationToken)
    {
        using var folder = new ChildFolder();
        var others = Directory.CreateTempSubdirectory("pixelcraft-probe-");
        try
        {
            var file = Path.Combine(others.FullName, "file");
            await File.WriteAllTextAsync(file, "not for children", cancellationToken);
            string[] arguments = [.. command.Arguments, Name, file, $"{Environment.ProcessId}"];
            var start = new ProcessStartInfo(command.Program, confined ? arguments : Confinement.Skip(arguments)) { RedirectStandardOutput = true, WorkingDirectory = folder.Out };
            using var child = Process.Start(start)!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            using var kill = limit.Token.Register(child.Kill);
            var output = await child.StandardOutput.ReadToEndAsync(limit.Token);
            await child.WaitForExitAsync(limit.Token);
            return child.ExitCode == 0
                ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : throw new InvalidOperationException($"A child that was to try its rights ended with code {child.ExitCode}.");
        }
        finally
        {
            others.Delete(recursive: true);
        }
    }

    /// <summary>The inside of the child: tries, and prints what it could.</summary>
    public static int Try(string file, int process)
    {
        Try("read other files", () => File.ReadAllText(file));
        Try("list other folders", () => Directory.GetFiles(Path.GetDirectoryName(file)!));
        Try("write other files", () => File.AppendAllText(file, "!"));
        Try("make other files", () => File.WriteAllText(file + ".new", "!"));
        Try("make links", () => File.CreateSymbolicLink("link", file));
        Try("run other programs", () => Process.Start("/bin/true").WaitForExit());
        Try("connect", () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Dispose());
        Try("connect on this machine", () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified).Dispose());
        Try("read another process's environment", () => File.ReadAllBytes($"/proc/{process}/environ"));
        Try("signal another process", () => Check(kill(process, 0)));
        Try("leave its namespaces", () => Check(unshare(0)));
        // And what it must be able to do.
        File.WriteAllText("written", "!");
        File.Delete("written");
        return 0;
    }

    private static void Try(string what, Action action)
    {
        try
        {
            action();
            Console.WriteLine(what);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or System.ComponentModel.Win32Exception)
        {
            // As it should be.
        }
    }

    private static void Check(int result)
    {
        if (result != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int unshare(int flags);
}
