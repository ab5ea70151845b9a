using System.Diagnostics;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.FileSystem;

public sealed class FolderObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pixelcraft-objects-").FullName;

    [Fact]
    public async Task Create_StaleTemporaryFile_IsRemovedAndObjectsStay()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 10);
        await File.WriteAllTextAsync(Path.Combine(_root, "tmp", "left"), "half", Ct);

        store = await CreateAsync();

        Assert.Equal(0, await LeftoversAsync());
        Assert.Equal(10, (await store.FindAsync("a", Ct))!.Length);
    }

    [Fact]
    public async Task Open_FileCutOutside_SaysUnavailable()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 1_000);
        var path = Directory.EnumerateFiles(Path.Combine(_root, "objects"), "*", SearchOption.AllDirectories).Single();
        await using (var file = File.OpenWrite(path)) file.SetLength(500);

        await Assert.ThrowsAsync<UnavailableException>(() => store.OpenAsync("a", null, Ct));
    }

    [Fact]
    public async Task Put_ManyKeys_SpreadOverFolders()
    {
        var store = await CreateAsync();

        for (var i = 0; i < 300; i++) await PutAsync(store, $"originals/{i}", 1);

        var folders = Directory.GetDirectories(Path.Combine(_root, "objects"));
        Assert.InRange(folders.Length, 200, 300);
        Assert.All(folders, folder => Assert.InRange(Directory.GetFiles(folder).Length, 1, 6));
    }

    [Fact]
    public async Task Calls_RootIsGone_SayUnavailableAndMakeNothing()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 1);
        Directory.Delete(_root, recursive: true);

        await Assert.ThrowsAsync<UnavailableException>(() => store.FindAsync("a", Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => store.DeleteAsync("a", Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => PutAsync(store, "a", 1));
        Assert.False(Directory.Exists(_root));
    }

    [Fact]
    public async Task Put_FolderFull_SaysSoAndChangesNothing()
    {
        await MountAsync("tmpfs", "-o", "size=4m");
        try
        {
            var store = await CreateAsync();
            await PutAsync(store, "a", 10);

            await Assert.ThrowsAsync<StorageFullException>(() => store.PutAsync("a", new GeneratedStream(10_000_000), "image/png", Ct));

            Assert.Equal(10, (await store.FindAsync("a", Ct))!.Length);
            Assert.Equal(0, await LeftoversAsync());
            await store.PutAsync("b", new GeneratedStream(3_000_000), "image/png", Ct);
        }
        finally
        {
            await RunAsync("umount", _root);
        }
    }

    [Fact]
    public async Task Put_FolderReadOnly_SaysUnavailable()
    {
        await MountAsync("tmpfs", "-o", "size=4m");
        try
        {
            var store = await CreateAsync();
            await PutAsync(store, "a", 10);
            Assert.Equal(0, await RunAsync("mount", "-o", "remount,ro", _root));

            await Assert.ThrowsAsync<UnavailableException>(() => PutAsync(store, "a", 20));
            await Assert.ThrowsAsync<UnavailableException>(() => store.DeleteAsync("a", Ct));

            Assert.Equal(10, (await store.FindAsync("a", Ct))!.Length);
        }
        finally
        {
            await RunAsync("umount", _root);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
        else File.Delete(_root);
    }

    protected override Task<IObjectStore> CreateAsync() => Task.FromResult<IObjectStore>(new FolderObjectStore(new FolderOptions { Root = _root }));

    protected override async Task<IObjectStore> CreateAwayAsync()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 1);
        Directory.Delete(_root, recursive: true);
        await File.WriteAllTextAsync(_root, "a file", Ct);
        return store;
    }

    protected override Task<int> LeftoversAsync() => Task.FromResult(Directory.GetFiles(Path.Combine(_root, "tmp")).Length);

    private async Task MountAsync(params string[] options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small file system needs root.");
        Assert.SkipUnless(await RunAsync("mount", ["-t", .. options, "none", _root]) == 0, "This machine mounts no file system.");
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}

public sealed class FolderObjectStoreMemoryTests : ObjectStoreMemoryContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pixelcraft-objects-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    protected override Task<IObjectStore> CreateAsync() => Task.FromResult<IObjectStore>(new FolderObjectStore(new FolderOptions { Root = _root }));
}
