using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class ServerProcessTests : IDisposable
{
    private readonly string _folder = TempFolders.Create("process");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => TempFolders.Delete(_folder);

    [Fact]
    public async Task WaitUntil_ProcessEndsEarly_ThrowsWithItsLog()
    {
        await using var process = Start("echo to the log; echo to the log too >&2; exit 3");

        var failure = await Assert.ThrowsAsync<ServerFailedException>(
            () => process.WaitUntilAsync(_ => Task.FromResult(false), TimeSpan.FromMinutes(1), Ct));

        Assert.Equal("sh ended with exit code 3 before it was ready.\nto the log\nto the log too", failure.Message);
    }

    [Fact]
    public async Task WaitUntil_ProcessNeverAnswers_ThrowsAtTheDeadline()
    {
        await using var process = Start("sleep 1000");

        var failure = await Assert.ThrowsAsync<ServerFailedException>(
            () => process.WaitUntilAsync(_ => Task.FromResult(false), TimeSpan.FromMilliseconds(200), Ct));

        Assert.StartsWith("sh was not ready after 0.2 s.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ProcessIgnoresTheSignal_IsKilledWithItsChildren()
    {
        await using var process = Start("trap '' TERM; sleep 1000 & echo ready; while :; do sleep 1000; done");
        await process.WaitUntilAsync(_ => Task.FromResult(process.Log is ["ready"]), TimeSpan.FromMinutes(1), Ct);

        Assert.False(await process.StopAsync(ServerProcess.SigTerm, TimeSpan.FromMilliseconds(200)));

        Assert.Empty(ProcessTable.WorkingIn(_folder));
    }

    [Fact]
    public async Task Stop_PausedProcess_EndsByItself()
    {
        await using var process = Start("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
        await process.WaitUntilAsync(_ => Task.FromResult(process.Log is ["ready"]), TimeSpan.FromMinutes(1), Ct);
        process.Pause();

        Assert.True(await process.StopAsync(ServerProcess.SigTerm, TimeSpan.FromMinutes(1)));

        Assert.Equal(5, await process.WaitForExitAsync(Ct));
    }

    [Fact]
    public async Task Attach_ToALaterProcessWithTheNumber_SeesNoneAndKillsNone()
    {
        await using var process = Start("sleep 1000");
        var other = Directory.CreateTempSubdirectory("pixelcraft-other-");
        var former = ServerProcess.Attach(
            new ServerCommand(Path.Combine(other.FullName, "log"), "/bin/sh", []) { Lasting = true }, process.Id, process.StartedAt - 1);

        Assert.True(former.HasExited);
        former.Kill(withChildren: true);

        Assert.False(process.HasExited);
        other.Delete(recursive: true);
    }

    [Fact]
    public async Task Attach_ToAProcessOfAnother_KillsIt()
    {
        await using var process = Start("sleep 1000");
        var same = ServerProcess.Attach(process.Command with { Lasting = true }, process.Id, process.StartedAt);
        Assert.False(same.HasExited);

        same.Kill(withChildren: true);

        Assert.True(process.HasExited);
    }

    private ServerProcess Start(string script) => ServerProcess.Start(Path.Combine(_folder, "log"), "/bin/sh", ["-c", script]);
}
