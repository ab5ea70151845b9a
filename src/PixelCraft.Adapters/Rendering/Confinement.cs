using System.Runtime.InteropServices;
using System.Text;
using PixelCraft.Images.Formats;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// The least rights of a child: it reads the program, its libraries and its folder <c>in</c>, writes its folder <c>out</c> (the one it
/// is started in, beside <c>in</c>), and has no connections. The rights of a thread can't be taken from another, and .NET has
/// some when Main begins: so the program takes them from the first and starts itself anew in the same process, whereupon all of
/// its threads are born without.
/// </summary>
public static class Confinement
{
    private const string Confined = "--confined";

    private static readonly string[] Libraries = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.preload"];

    /// <summary>What .NET, and the C library, learn about the machine.</summary>
    private static readonly string[] Machine = ["/proc", "/sys/fs/cgroup", "/sys/devices/system", "/dev/urandom", "/dev/random", "/dev/zero"];

    /// <summary>What a child is kept from on this machine, in a few words; and whether that is all that it should be.</summary>
    public static (bool Full, string Text) Describe() => (SystemCallFilter.IsSupported, Landlock.Version) switch
    {
        (true, > 0) => (true, $"decodes in processes that have no connections, and no files but their own (Landlock {Landlock.Version})"),
        (true, _) => (false, "decodes in processes that have no connections; but this kernel has no Landlock, and they may read all files that PixelCraft may"),
        _ => (false, "decodes in processes that may connect, since this system has no filter for system calls"),
    };

    /// <summary>Gives up rights and starts the program anew; returns in the second life, with the arguments of the first.</summary>
    public static string[] Enter(string[] arguments)
    {
        if (arguments is [.. var given, Confined]) return given;
        if (!OperatingSystem.IsLinux()) return arguments;
        ProcessLimits.GiveUpPrivileges();
        if (Landlock.Version > 0)
        {
            using var rules = new Landlock();
            Grant(rules);
            rules.Enforce();
        }
        if (SystemCallFilter.IsSupported) SystemCallFilter.Apply();
        StartAnew();
        return arguments;
    }

    /// <summary>Arguments with which it keeps its rights.</summary>
    internal static string[] Skip(string[] arguments) => [.. arguments, Confined];

    private static void Grant(Landlock rules)
    {
        foreach (var path in Libraries.Concat(Machine)) rules.Grant(path, Landlock.Read);
        // Of the program's folder only this: somebody may keep configuration or data there.
        var program = AppContext.BaseDirectory;
        foreach (var file in Directory.EnumerateFiles(program).Where(IsProgram)) rules.Grant(file, Landlock.Read);
        rules.Grant(Path.Combine(program, "runtimes"), Landlock.Read);
        // .../shared/Microsoft.NETCore.App/10.0.0/, unless the runtime is in the program's folder.
        var runtime = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        if (runtime.Parent?.Parent is { Name: "shared", Parent: { } root }) rules.Grant(root.FullName, Landlock.Read);
        foreach (var path in (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)) rules.Grant(path, Landlock.Read);

        // The program itself, the one for HEIC, and what the kernel starts programs with.
        rules.Grant(Environment.ProcessPath!, Landlock.Execute);
        if (HeicConverter.Path is { } heic) rules.Grant(heic, Landlock.Execute);
        foreach (var folder in (string[])["/lib", "/lib64"])
            if (Directory.Exists(folder)) foreach (var loader in Directory.EnumerateFiles(folder, "ld-*")) rules.Grant(loader, Landlock.Execute);

        rules.Grant(Path.GetFullPath("../in"), Landlock.Read);
        rules.Grant(Environment.CurrentDirectory, Landlock.Write);
        rules.Grant("/dev/null", Landlock.Write);
    }

    /// <summary>A library of this system may have its version behind: a published program has <c>libvips.so.42</c> beside it.</summary>
    private static bool IsProgram(string file) =>
        Path.GetExtension(file) is ".dll" or ".so" || Path.GetFileName(file).Contains(".so.", StringComparison.Ordinal) || file.EndsWith(".deps.json", StringComparison.Ordinal) || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal);

    private static void StartAnew()
    {
        var program = Encoding.UTF8.GetBytes(Environment.ProcessPath! + '\0');
        _ = execve(program, [.. Strings("/proc/self/cmdline"), Marshal.StringToCoTaskMemUTF8(Confined), 0], [.. Strings("/proc/self/environ"), 0]);
        throw new InvalidOperationException($"{Environment.ProcessPath} could not be started anew: {Marshal.GetLastPInvokeErrorMessage()}");

        static IEnumerable<nint> Strings(string file) => Encoding.UTF8.GetString(File.ReadAllBytes(file)).Split('\0')[..^1].Select(Marshal.StringToCoTaskMemUTF8);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int execve(byte[] path, nint[] arguments, nint[] environment);
}
