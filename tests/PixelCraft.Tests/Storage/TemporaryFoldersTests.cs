using System.Diagnostics;
using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Storage;

/// <summary>What a killed process left behind goes; what a living one needs stays.</summary>
public sealed class TemporaryFoldersTests
{
    [Fact]
    public async Task Sweep_RemovesWhatAKilledProcessLeft_AndNothingBefore()
    {
        var mine = TemporaryFolders.Create("test");
        var theirs = Directory.CreateTempSubdirectory("pixelcraft-process-").FullName;
        Directory.CreateDirectory(Path.Combine(theirs, "render-1"));
        await File.WriteAllTextAsync(Path.Combine(theirs, "render-1", "original"), "somebody's image", TestContext.Current.CancellationToken);
        // flock(1) locks as .NET does, and has the lock when it says so.
        using var living = Process.Start(new ProcessStartInfo("flock", [Path.Combine(theirs, "lock"), "-c", "echo locked; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        Assert.Equal("locked", await living.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        TemporaryFolders.Sweep();
        Assert.True(Directory.Exists(theirs));

        living.Kill(entireProcessTree: true);
        await living.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() =>
        {
            TemporaryFolders.Sweep();
            return !Directory.Exists(theirs);
        });
        Assert.True(Directory.Exists(mine));
        Directory.Delete(mine);
    }

    [Fact]
    public void Sweep_LeavesAFolderThatIsBeingMade()
    {
        var folder = Directory.CreateTempSubdirectory("pixelcraft-process-");

        TemporaryFolders.Sweep();

        Assert.True(folder.Exists && Directory.Exists(folder.FullName));
        folder.Delete();
    }
}
