using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>The processes of this machine, as Linux tells them in <c>/proc</c>.</summary>
internal static class ProcessTable
{
    /// <summary>Whether a process exists. One that has ended and that nobody has waited for yet does not count.</summary>
    public static bool IsAlive(int pid) => Stat(pid) is { State: not "Z" };

    /// <summary>The living children of a process, and the other processes of its session.</summary>
    public static int[] ChildrenOf(int parent) =>
        // By both: PostgreSQL's children have sessions of their own, and a child whose parent has gone is known by its session only.
        [.. All().Where(pid => pid != parent && Stat(pid) is { } stat && (stat.Parent == parent || stat.Session == parent))];

    /// <summary>The living processes that work in a folder or below. Servers, and what they start, work in their own.</summary>
    public static int[] WorkingIn(string folder) => [.. All().Where(pid => $"{WorkingFolder(pid)}/".StartsWith($"{folder}/", StringComparison.Ordinal))];

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
    private static (string State, int Parent, int Session)? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null; // It ended.
        }
    }
}
