using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>The processes of this machine, as Linux tells them in <c>/proc</c>.</summary>
internal static class ProcessTable
{
    private const double TicksPerSecond = 100; // USER_HZ on every Linux that .NET runs on

    /// <summary>Differs after each start of the machine, when all processes are others.</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Whether a process exists. One that has ended and that nobody has waited for yet does not count.</summary>
    public static bool IsAlive(int pid) => Stat(pid) is { IsAlive: true };

    /// <summary>Whether a process is stopped by a signal.</summary>
    public static bool IsPaused(int pid) => Stat(pid) is { State: "T" };

    /// <summary>When a process was started, in ticks since the start of the machine; null when it doesn't live. Tells it from a later one with its number.</summary>
    public static long? StartOf(int pid) => Stat(pid) is { IsAlive: true } stat ? stat.Start : null;

    /// <summary>The living children of a process, and the other processes of its session.</summary>
    public static int[] ChildrenOf(int parent) =>
        // By both: PostgreSQL's children have sessions of their own, and a child whose parent has gone is known by its session only.
        [.. All().Where(pid => pid != parent && Stat(pid) is { } stat && (stat.Parent == parent || stat.Session == parent))];

    /// <summary>
    /// The living processes that work in a folder or below. Servers, and what they start, work in their own, and have no terminal:
    /// who has one is somebody who reads a log there.
    /// </summary>
    public static int[] WorkingIn(string folder) =>
        [.. All().Where(pid => $"{WorkingFolder(pid)}/".StartsWith($"{folder}/", StringComparison.Ordinal) && Stat(pid) is { Terminal: 0 })];

    /// <summary>The memory that a process has for itself, in bytes: what it shares is counted to those who share it, in parts. 0 when it has ended.</summary>
    public static long Memory(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>What a process has used, in CPU-seconds, user and system, of all its threads and not of its children. 0 when it has ended.</summary>
    public static double CpuSeconds(int pid) => (Stat(pid)?.Ticks ?? 0) / TicksPerSecond;

    /// <summary>The same of its threads with a name, of which Linux keeps 15 characters.</summary>
    public static double CpuSeconds(int pid, string thread) => Directory.EnumerateDirectories($"/proc/{pid}/task")
        .Where(folder => File.ReadAllText($"{folder}/comm").TrimEnd() == thread)
        .Sum(folder => (Stat(folder)?.Ticks ?? 0) / TicksPerSecond);

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid != 0 && IsAlive(pid));

    private static string? WorkingFolder(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It ended just now, or is another user's.
        }
    }

    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name, in brackets, may hold anything.
    private static Process? Stat(int pid) => Stat($"/proc/{pid}");

    private static Process? Stat(string folder)
    {
        try
        {
            var text = File.ReadAllText($"{folder}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(
                fields[0],
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                int.Parse(fields[3], CultureInfo.InvariantCulture),
                int.Parse(fields[4], CultureInfo.InvariantCulture),
                long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture),
                long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null; // It ended.
        }
    }

    private sealed record Process(string State, int Parent, int Session, int Terminal, long Ticks, long Start)
    {
        public bool IsAlive => State is not ("Z" or "X");
    }
}
