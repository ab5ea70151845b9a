using System.Globalization;

namespace PixelCraft.Bench.Measuring;

/// <summary>What Linux tells of a process in <c>/proc</c>: https://man7.org/linux/man-pages/man5/proc.5.html</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100; // USER_HZ on every Linux that .NET runs on

    /// <summary>CPU-seconds, user and system, of all its threads; not of its children.</summary>
    public static double CpuSeconds(int pid) => ReadCpuSeconds($"/proc/{pid}/stat");

    /// <summary>The same of its threads with a name, of which Linux keeps 15 characters.</summary>
    public static double ThreadCpuSeconds(int pid, string name) => Directory.EnumerateDirectories($"/proc/{pid}/task")
        .Where(thread => File.ReadAllText($"{thread}/comm").TrimEnd() == name)
        .Sum(thread => ReadCpuSeconds($"{thread}/stat"));

    private static double ReadCpuSeconds(string path)
    {
        var text = File.ReadAllText(path);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Its memory in bytes, pages that it shares counted by its share (PSS).</summary>
    public static long PssBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
