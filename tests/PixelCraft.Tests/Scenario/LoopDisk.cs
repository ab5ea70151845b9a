using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>A small disk in a file, mounted by the loop device, whose power can be cut.</summary>
internal sealed class LoopDisk : IAsyncDisposable
{
    // include/uapi/linux/ext4.h and fs/xfs/libxfs/xfs_fs.h of Linux: EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN are both _IOR('X', 125, __u32).
    private const nuint Shutdown = 0x8004587D;
    private const uint WithoutFlushingTheLog = 2;
    private const long Size = 400 << 20; // XFS takes none below 300 MB; the file is sparse.
    private const int Length = 50_000;

    private readonly string _root = Directory.CreateTempSubdirectory("pixelcraft-disk-").FullName;
    private readonly string _fileSystem;

    private LoopDisk(string fileSystem) => _fileSystem = fileSystem;

    /// <summary>Where it is mounted.</summary>
    public string Folder => Path.Combine(_root, "mounted");

    private string Synced => Path.Combine(Folder, "synced");

    private IEnumerable<string> Unsynced => Enumerable.Range(0, 20).Select(i => Path.Combine(Folder, $"unsynced-{i}"));

    private string Image => Path.Combine(_root, "disk");

    /// <summary>Formats and mounts one; skips the test where that can't be done.</summary>
    public static async Task<LoopDisk> CreateAsync(string fileSystem)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a disk needs root on Linux.");
        var format = await Servers.SkipIfMissingAsync(() => Task.FromResult(Programs.Find($"mkfs.{fileSystem}", fileSystem == "xfs" ? "xfsprogs" : "e2fsprogs")));
        var disk = new LoopDisk(fileSystem);
        Directory.CreateDirectory(disk.Folder);
        using (var image = File.Create(disk.Image)) image.SetLength(Size);
        var formatted = await Programs.RunAsync(format, ["-q", disk.Image]);
        Assert.True(formatted.ExitCode == 0, formatted.Error);
        var mounted = await disk.MountAsync();
        if (mounted.ExitCode == 0) return disk;
        Directory.Delete(disk._root, recursive: true);
        Assert.Skip($"This machine mounts no disk from a file: {mounted.Error.Trim()}");
        return disk;
    }

    /// <summary>
    /// From here on nothing reaches the disk, not even what its file system has in memory. One file was written and synced
    /// before, and some were only written, up to the last moment.
    /// </summary>
    public void Cut()
    {
        using var file = File.OpenHandle(Synced, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, new byte[Length], 0);
        RandomAccess.FlushToDisk(file);
        var how = WithoutFlushingTheLog;
        foreach (var path in Unsynced) File.WriteAllBytes(path, new byte[Length]);
        Assert.True(ioctl(file, Shutdown, ref how) == 0, Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>
    /// Fails unless the cut was one: the synced file is there, and not all that were only written are. (Some may be: whatever
    /// somebody else syncs can take them with it.)
    /// </summary>
    public void AssertLost()
    {
        Assert.Equal(Length, new FileInfo(Synced).Length);
        Assert.Contains(Unsynced, path => new FileInfo(path) is { Exists: false } or { Length: 0 });
    }

    /// <summary>The power is back: mounts it again, whereby the file system repairs itself from its log.</summary>
    public async Task RestoreAsync()
    {
        await UnmountAsync();
        var mounted = await MountAsync();
        Assert.True(mounted.ExitCode == 0, mounted.Error);
    }

    public async ValueTask DisposeAsync()
    {
        await UnmountAsync();
        Directory.Delete(_root, recursive: true);
    }

    // ext4 writes its log every 5 seconds by itself: far apart, so that only who syncs is safe. XFS does so every 30.
    private Task<CommandResult> MountAsync() =>
        Programs.RunAsync("mount", ["-t", _fileSystem, "-o", _fileSystem == "ext4" ? "loop,commit=300" : "loop", Image, Folder]);

    private Task UnmountAsync() => Eventually.TrueAsync(async () => (await Programs.RunAsync("umount", [Folder])).ExitCode == 0);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(SafeFileHandle file, nuint request, ref uint how);
}
