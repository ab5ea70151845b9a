using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PixelCraft.Cluster;

/// <summary>
/// A child process that runs until it is told to end. It has a session of its own, so that Ctrl+C at a terminal does not
/// reach it, and it does not outlive this process, however this process ends.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private static readonly ConcurrentDictionary<ServerProcess, bool> Running = new();
    private static readonly BlockingCollection<Action> Starts = [];

    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    static ServerProcess()
    {
        // PR_SET_PDEATHSIG fires when the thread that forked ends, and pool threads end when they are idle:
        // all servers are started by one thread that stays.
        new Thread(() =>
        {
            foreach (var start in Starts.GetConsumingEnumerable())
                start();
        })
        { IsBackground = true, Name = "Server starts" }.Start();

        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var server in Running.Keys)
                server.Kill(withChildren: true);
            TempFolders.DeleteAll();
        };
    }

    private ServerProcess(Process process, string name, string log)
    {
        _process = process;
        _name = name;
        _log = log;
        Running.TryAdd(this, true);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The lines written so far to standard output and standard error.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            using var reader = new StreamReader(new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="log">The file to which its standard output and standard error are appended.</param>
    /// <param name="program">Its full path.</param>
    /// <param name="arguments">One by one.</param>
    /// <param name="user">The user to run as; null for the one of this process.</param>
    /// <param name="environment">Variables set in addition to this process's own; null removes one.</param>
    public static ServerProcess Start(
        string log,
        string program,
        IEnumerable<string> arguments,
        string? user = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        File.AppendAllText(log, ""); // So that it can be read from now on.
        string[] identity = user is null ? [] : [$"--reuid={user}", $"--regid={user}", "--init-groups"];
        var start = new ProcessStartInfo("/bin/sh",
        [
            // The log is opened before the user changes. Each program replaces the one before, so the pid stays the same.
            "-c", """exec "$@" >>"$0" 2>&1 </dev/null""", log,
            Programs.Find("setsid", "util-linux"),
            Programs.Find("setpriv", "util-linux"), "--pdeathsig", "KILL", .. identity, "--",
            program, .. arguments,
        ])
        {
            WorkingDirectory = Path.GetDirectoryName(log),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return new ServerProcess(started.Task.GetAwaiter().GetResult(), Path.GetFileName(program), log);
    }

    /// <summary>Waits until the server answers.</summary>
    /// <param name="answers">Asks it once. May throw <see cref="HttpRequestException"/> while it does not listen.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ServerFailedException">It ended, or the deadline passed.</exception>
    public async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> answers, TimeSpan deadline, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(deadline);
        try
        {
            while (true)
            {
                var answered = await AskAsync(answers, limit.Token);
                // Looked at after the answer: it may have come from another server on the same port.
                if (HasExited)
                    throw Failed($"{_name} ended with exit code {_process.ExitCode} before it was ready.");
                if (answered)
                    return;
                await Task.Delay(50, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Failed($"{_name} was not ready after {deadline.TotalSeconds} s.");
        }
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    /// <returns>The exit code; 128 + the signal when a signal ended it.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    /// <summary>Freezes the process and its children: connections stay open and nothing answers.</summary>
    public void Pause()
    {
        // The parent first: a frozen parent has no new children.
        Send(SigStop);
        foreach (var child in ProcessTable.ChildrenOf(Id))
            _ = kill(child, SigStop);
    }

    /// <summary>Undoes <see cref="Pause"/>.</summary>
    public void Resume()
    {
        foreach (var child in ProcessTable.ChildrenOf(Id))
            _ = kill(child, SigCont);
        Send(SigCont);
    }

    /// <summary>Ends the process at once, as a crash would, and returns when it is gone.</summary>
    /// <param name="withChildren">Whether its children are killed too, as when the machine is lost.</param>
    public void Kill(bool withChildren)
    {
        Send(SigStop);
        var children = withChildren ? ProcessTable.ChildrenOf(Id) : [];
        Send(SigKill);
        foreach (var child in children)
            _ = kill(child, SigKill);

        var gone = SpinWait.SpinUntil(() => HasExited && !children.Any(ProcessTable.IsAlive), TimeSpan.FromSeconds(10));
        Running.TryRemove(this, out _);
        if (!gone)
            throw new InvalidOperationException($"{_name} ({Id}) is still there 10 s after SIGKILL.");
    }

    /// <summary>Asks the process to end, and kills it when it has not after a while.</summary>
    /// <param name="signal">The signal that asks.</param>
    /// <param name="bound">How long it may take.</param>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(int signal, TimeSpan bound)
    {
        Send(signal);
        Resume();
        using var limit = new CancellationTokenSource(bound);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            Kill(withChildren: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(SigTerm, TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    /// <summary>Kills what a process that was itself killed has left: a frozen child outlives the server that started it.</summary>
    public static void KillWorkingIn(string folder)
    {
        foreach (var pid in ProcessTable.WorkingIn(folder))
            _ = kill(pid, SigKill);
    }

    private static async Task<bool> AskAsync(Func<CancellationToken, Task<bool>> answers, CancellationToken ct)
    {
        try
        {
            return await answers(ct);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private ServerFailedException Failed(string message) => new(message, string.Join('\n', Log.TakeLast(40)));

    private void Send(int signal)
    {
        if (!HasExited)
            _ = kill(Id, signal);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
