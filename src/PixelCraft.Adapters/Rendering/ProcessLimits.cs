using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// What a child takes from itself before it touches a stranger's file, by the system calls of Linux; elsewhere nothing.
/// The numbers are those of x86-64 and arm64: setrlimit(2), prctl(2), capset(2).
/// </summary>
internal static class ProcessLimits
{
    private const int Cpu = 0, Data = 2, Core = 4, OpenFiles = 7;
    private const int SetNoNewPrivileges = 38;
    private const int DacReadSearch = 2;
    private const ulong MaxOpenFiles = 256;

    /// <summary>
    /// Limits open files and core dumps; gives up what set-uid programs could give, and what makes root more than others, for
    /// whoever runs PixelCraft as root; and lets the kernel take this process first when memory runs out. Programs that are
    /// started inherit it.
    /// </summary>
    public static void GiveUpPrivileges()
    {
        Set(Core, 0);
        Set(OpenFiles, MaxOpenFiles);
        if (prctl(SetNoNewPrivileges, 1, 0, 0, 0) != 0) Throw("no new privileges");
        File.WriteAllText("/proc/self/oom_score_adj", "1000");

        var header = new CapabilityHeader { Version = 0x20080522 };
        var sets = new uint[6];
        if (capget(ref header, sets) != 0) Throw("capabilities");
        // Effective, permitted, inheritable; then the same of the higher numbers. One stays: root's program may lie in another's folder.
        for (var i = 0; i < sets.Length; i++) sets[i] &= i < 2 ? 1u << DacReadSearch : 0;
        if (capset(ref header, sets) != 0) Throw("capabilities");
    }

    /// <summary>Limits private memory: RLIMIT_DATA, as RLIMIT_AS would keep .NET from starting, which reserves much and uses little.</summary>
    public static void Memory(long bytes)
    {
        if (OperatingSystem.IsLinux()) Set(Data, (ulong)bytes);
    }

    /// <summary>
    /// Lets the kernel end this process when it has used this much more processor time: for when whoever watches the clock
    /// outside can't any more.
    /// </summary>
    public static void MoreCpu(TimeSpan time)
    {
        if (!OperatingSystem.IsLinux()) return;
        using var self = Process.GetCurrentProcess();
        var seconds = (ulong)Math.Ceiling((self.TotalProcessorTime + time).TotalSeconds) + 1;
        Set(Cpu, seconds, ulong.MaxValue);
    }

    /// <summary>
    /// Takes standard output away from libraries, which may print there: from now on it is standard error.
    /// </summary>
    /// <returns>What was standard output.</returns>
    public static FileStream KeepOutput()
    {
        var kept = dup(1);
        if (kept < 0 || dup2(2, 1) < 0) Throw("standard output");
        return new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(kept, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>Ends the process at once, whatever its other threads are in.</summary>
    public static void End() => _exit(0);

    private static void Set(int resource, ulong value) => Set(resource, value, value);

    private static void Set(int resource, ulong soft, ulong hard)
    {
        var limit = new Limit { Soft = soft, Hard = hard };
        if (setrlimit(resource, ref limit) != 0) Throw($"limit {resource}");
    }

    private static void Throw(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        throw new InvalidOperationException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityHeader
    {
        public uint Version;
        public int Process;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int capget(ref CapabilityHeader header, [In, Out] uint[] sets);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int capset(ref CapabilityHeader header, uint[] sets);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setrlimit(int resource, ref Limit limit);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int prctl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup(int file);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup2(int from, int to);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void _exit(int code);
}
