using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PixelCraft.Storage;

/// <summary>
/// Folders for files that live as long as a piece of work, all in one of this process under the system's temporary folder. A
/// process that is killed leaves its own behind, and another removes it: a lock in it tells whether its process lives, which
/// the system releases however a process ends.
/// </summary>
public static class TemporaryFolders
{
    private const string Prefix = "pixelcraft-process-";
    private const string LockFile = "lock";
    private static readonly Lock Making = new();
    private static FileStream? _lock;

    static TemporaryFolders() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        lock (Making)
        {
            if (_lock is null) return;
            TryDelete(Path.GetDirectoryName(_lock.Name)!);
            _lock.Dispose();
        }
    };

    /// <summary>A new, empty folder that only this user may enter.</summary>
    /// <param name="name">What it is for, as a part of its name.</param>
    /// <exception cref="IOException">It can't be made.</exception>
    public static string Create(string name)
    {
        var path = Path.Combine(Root(), $"{name}-{Guid.NewGuid():n}");
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Removes what processes of this user left that live no more. May run in several at once.</summary>
    /// <returns>How many processes' folders went.</returns>
    public static int Sweep()
    {
        var removed = 0;
        foreach (var path in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(IsMine))
        {
            try
            {
                using (new FileStream(Path.Combine(path, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    Directory.Delete(path, recursive: true);
                removed++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, just being made, or being removed by another.
            }
        }
        return removed;
    }

    private static string Root()
    {
        lock (Making)
        {
            // Somebody who tidies up the system's folder may have removed it.
            if (_lock is not null && File.Exists(_lock.Name)) return Path.GetDirectoryName(_lock.Name)!;
            _lock?.Dispose();
            Sweep();
            var path = Directory.CreateTempSubdirectory(Prefix).FullName;
            _lock = new FileStream(Path.Combine(path, LockFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            return path;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next process removes it.
        }
    }

    /// <summary>
    /// Whether it belongs to this user: root must not go through what another put there, who could exchange a folder for a link
    /// meanwhile. The owner stands at byte 20 of struct statx on every processor, statx(2).
    /// </summary>
    private static bool IsMine(string path)
    {
        if (!OperatingSystem.IsLinux()) return true;
        const int RelativeToWorkingFolder = -100, NoFollow = 0x100;
        const uint Owner = 8;
        var result = new byte[256];
        return statx(RelativeToWorkingFolder, Encoding.UTF8.GetBytes(path + '\0'), NoFollow, Owner, result) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(result.AsSpan(20)) == geteuid();
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] result);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
}
