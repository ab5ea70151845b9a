namespace PixelCraft.Cluster;

/// <summary>
/// The folders of the servers: one for this process under the system's temporary folder, and one per server in it.
/// A process that is killed leaves its folder behind; the next one that starts servers removes it.
/// </summary>
internal static class TempFolders
{
    private const string Prefix = "pixelcraft-cluster-";
    private const string LockFile = "lock";

    private static readonly Lazy<Root> Mine = new(Root.Create);
    private static int _count;

    /// <summary>Makes an empty folder that every user may enter but not list.</summary>
    public static string Create(string name)
    {
        var path = Path.Combine(Mine.Value.Path, $"{name}-{Interlocked.Increment(ref _count)}");
        CreateForAll(path);
        return path;
    }

    /// <summary>Removes a folder that <see cref="Create"/> made.</summary>
    public static void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    /// <summary>Removes everything that this process made.</summary>
    public static void DeleteAll()
    {
        if (!Mine.IsValueCreated)
            return;
        Mine.Value.Lock.Dispose();
        Delete(Mine.Value.Path);
    }

    /// <summary>Makes a folder that every user may enter: PostgreSQL runs as another user when this process is root's, and must get through to its own.</summary>
    public static void CreateForAll(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    private sealed record Root(string Path, FileStream Lock)
    {
        public static Root Create()
        {
            DeleteAbandoned();
            var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), Prefix + Guid.NewGuid().ToString("N")[..12]);
            CreateForAll(path);
            return new Root(path, new FileStream(System.IO.Path.Combine(path, LockFile), FileMode.Create, FileAccess.ReadWrite, FileShare.None));
        }

        // A folder belongs to nobody when its lock can be had: the system releases a lock with the process that held it.
        private static void DeleteAbandoned()
        {
            foreach (var path in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
            {
                try
                {
                    using (new FileStream(System.IO.Path.Combine(path, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    {
                        ServerProcess.KillWorkingIn(path);
                        Delete(path);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // In use, just being made, being removed by another process, or another user's: not ours to remove.
                }
            }
        }
    }
}
