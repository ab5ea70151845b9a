using System.Runtime.InteropServices;
using System.Text;

namespace PixelCraft.Adapters.FileSystem;

/// <summary>
/// Makes what happened in a folder (a file created, renamed, removed) survive a power cut. POSIX wants fsync on the folder for
/// that, see fsync(2); .NET opens no folders, so that these three calls go to libc. Windows needs and has nothing like it.
/// </summary>
internal static class Durably
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;

    /// <summary>Waits until the entries of a folder are on the disk.</summary>
    /// <exception cref="IOException">They can't be written; its HResult is the system's error number.</exception>
    public static void Folder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var name = Encoding.UTF8.GetBytes(path + '\0');
        int file;
        while ((file = open(name, ReadOnly)) < 0) ThrowUnlessInterrupted(path);
        try
        {
            while (fsync(file) < 0) ThrowUnlessInterrupted(path);
        }
        finally
        {
            _ = close(file);
        }
    }

    private static void ThrowUnlessInterrupted(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted) throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'", error);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int file);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int file);
}
