using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

/// <summary>What holds for every server that tests can start.</summary>
public abstract class ServerContract<T> where T : Server
{
    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_NewServer_Answers()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);

        Assert.True(await AnswersAsync(server));
    }

    [Fact]
    public async Task Kill_RunningServer_AnswersAgainAfterRestart()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);

        server.Kill();
        Assert.False(await AnswersAsync(server));

        await server.RestartAsync(Ct);
        Assert.True(await AnswersAsync(server));
    }

    [Fact]
    public async Task Pause_RunningServer_AnswersAgainAfterResume()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);

        server.Pause();
        Assert.False(await AnswersAsync(server));

        server.Resume();
        Assert.True(await AnswersAsync(server));
    }

    [Fact]
    public async Task Dispose_RunningServer_LeavesNoProcessAndNoFolder()
    {
        var server = await Servers.SkipIfMissingAsync(StartAsync);
        var processes = ProcessTable.WorkingIn(server.Folder);
        Assert.Contains(server.Process.Id, processes);

        await server.DisposeAsync();

        Assert.DoesNotContain(processes, ProcessTable.IsAlive);
        Assert.Empty(ProcessTable.WorkingIn(server.Folder));
        Assert.False(Directory.Exists(server.Folder));
    }

    /// <summary>Starts a server of its own for a test.</summary>
    protected abstract Task<T> StartAsync();

    /// <summary>Asks the server something that only a working one can answer, and waits a second or two at most.</summary>
    protected abstract Task<bool> AnswersAsync(T server);
}
