using System.Runtime.InteropServices;
using System.Text;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// Takes the file system away from this process but for what is granted: Landlock, Documentation/userspace-api/landlock.rst of Linux;
/// numbers from include/uapi/linux/landlock.h. It also takes TCP, abstract sockets and signals to other processes where the
/// kernel can do that; and a process within sees nothing of another's memory or environment in /proc.
/// </summary>
internal sealed class Landlock : IDisposable
{
    /// <summary>To read a file; to list a folder too, and all below it.</summary>
    public const ulong Read = ReadFile | 1 << 3;

    /// <summary>To run a file as a program.</summary>
    public const ulong Execute = 1 << 0 | ReadFile;

    /// <summary>To read, write, make and remove files and folders; no links, devices or sockets.</summary>
    public const ulong Write = Read | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | Truncate;

    private const ulong ReadFile = 1 << 2, Truncate = 1 << 14;
    private const ulong OfFiles = 1 << 0 | 1 << 1 | ReadFile | Truncate;

    // The same numbers for every processor.
    private const nint CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;
    private const int PathOnly = 0x200000, CloseOnExecute = 0x80000;

    private readonly int _rules;
    private readonly ulong _handled;

    /// <summary>Begins a set of rules, none of which grants anything yet.</summary>
    public Landlock()
    {
        // Rights that came with later versions, linux/landlock.h.
        _handled = (1UL << 13) - 1 | (Version >= 2 ? 1UL << 13 : 0) | (Version >= 3 ? 1UL << 14 : 0) | (Version >= 5 ? 1UL << 15 : 0);
        var handled = new Handled { Files = _handled, Connections = Version >= 4 ? 3u : 0, Scopes = Version >= 6 ? 3u : 0 };
        _rules = (int)syscall(CreateRuleset, ref handled, Marshal.SizeOf<Handled>(), 0);
        if (_rules < 0) Throw("rules");
    }

    /// <summary>The version that this kernel has; 0 when it has none, or it is turned off, or a container's host forbids it.</summary>
    public static int Version { get; } = OperatingSystem.IsLinux() ? Math.Max(0, (int)syscall(CreateRuleset, 0, 0, 1)) : 0;

    /// <summary>Grants rights on a file, or on a folder and all below it. What isn't there needs none.</summary>
    public void Grant(string path, ulong rights)
    {
        var file = open(Encoding.UTF8.GetBytes(path + '\0'), PathOnly | CloseOnExecute);
        if (file < 0) return;
        try
        {
            var rule = new Rule { Rights = (Directory.Exists(path) ? rights : rights & OfFiles) & _handled, File = file };
            if (syscall(AddRule, _rules, 1, ref rule, 0) != 0) Throw(path);
        }
        finally
        {
            _ = close(file);
        }
    }

    /// <summary>From here on this thread, and what it starts, has what was granted and nothing else.</summary>
    public void Enforce()
    {
        if (syscall(RestrictSelf, _rules, 0, 0) != 0) Throw("restricting");
    }

    public void Dispose() => _ = close(_rules);

    private static void Throw(string what) =>
        throw new InvalidOperationException($"Landlock, {what}: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>struct landlock_ruleset_attr. Kernels that know less of it take it where the rest is zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Handled
    {
        public ulong Files;
        public ulong Connections;
        public ulong Scopes;
    }

    /// <summary>struct landlock_path_beneath_attr.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Rule
    {
        public ulong Rights;
        public int File;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, ref Handled handled, nint size, nint flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, nint rules, nint type, ref Rule rule, nint flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, nint first, nint second, nint third);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int file);
}
