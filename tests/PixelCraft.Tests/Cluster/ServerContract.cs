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
        var processes = ProcessesOf(server.Folder);
        Assert.Contains(server.Process.Id, processes);

        await server.DisposeAsync();

        Assert.DoesNotContain(processes, ServerProcess.IsAlive);
        Assert.Empty(ProcessesOf(server.Folder));
        Assert.False(Directory.Exists(server.Folder));
    }

    /// <summary>Starts a server of its own for a test.</summary>
    protected abstract Task<T> StartAsync();

    /// <summary>Asks the server something that only a working one can answer, and waits a second or two at most.</summary>
    protected abstract Task<bool> AnswersAsync(T server);

    /// <summary>The processes that work in a folder: those of a server start in it.</summary>
    private static int[] ProcessesOf(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid != 0 && ServerProcess.IsAlive(pid) && WorksIn(pid, folder)),
    ];

    private static bool WorksIn(int pid, string folder)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget?.StartsWith(folder, StringComparison.Ordinal) is true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It ended just now, or it is another user's.
        }
    }
}
