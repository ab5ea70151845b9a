using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PixelCraft.Cluster;

/// <summary>
/// A process that runs until it is told to end. It has a session of its own, so that Ctrl+C at a terminal does not reach it.
/// Unless it is lasting it does not outlive this process, however this process ends.
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

    private readonly Process? _child;
    private readonly string _name;

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

    private ServerProcess(ServerCommand command, int id, long startedAt, Process? child)
    {
        _child = child;
        _name = Path.GetFileName(command.Program);
        Command = command;
        Id = id;
        StartedAt = startedAt;
        if (!command.Lasting)
            Running.TryAdd(this, true);
    }

    /// <summary>How it was started.</summary>
    public ServerCommand Command { get; }

    public int Id { get; }

    /// <summary>What tells it from a later process with the same number: <see cref="ProcessTable.StartOf"/>.</summary>
    public long StartedAt { get; }

    public bool HasExited => _child?.HasExited == true || ProcessTable.StartOf(Id) != StartedAt;

    /// <summary>Whether it is frozen by <see cref="Pause"/>.</summary>
    public bool IsPaused => !HasExited && ProcessTable.IsPaused(Id);

    /// <summary>The lines written so far to standard output and standard error.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            using var reader = new StreamReader(new FileStream(Command.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Starts a server on this process's network that ends with this process.</summary>
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
        IReadOnlyDictionary<string, string?>? environment = null) =>
        Start(new ServerCommand(log, program, [.. arguments]) { User = user, Environment = environment ?? new Dictionary<string, string?>() });

    /// <summary>Starts a server.</summary>
    public static ServerProcess Start(ServerCommand command)
    {
        Directory.CreateDirectory(command.Folder);
        File.AppendAllText(command.Log, ""); // So that it can be read from now on.
        string[] network = command.Namespace is null ? [] : [Programs.Find("nsenter", "util-linux"), $"--net={ClusterNetwork.PathOf(command.Namespace)}"];
        string[] lifetime = command.Lasting ? [] : ["--pdeathsig", "KILL"];
        string[] identity = command.User is null ? [] : [$"--reuid={command.User}", $"--regid={command.User}", "--init-groups"];
        string[] rights = lifetime.Length + identity.Length == 0 ? [] : [Programs.Find("setpriv", "util-linux"), .. lifetime, .. identity, "--"];
        var start = new ProcessStartInfo("/bin/sh",
        [
            // The log is opened before the user changes. Each program replaces the one before, so the pid stays the same.
            "-c", """exec "$@" >>"$0" 2>&1 </dev/null""", command.Log,
            Programs.Find("setsid", "util-linux"), .. network, .. rights, command.Program, .. command.Arguments,
        ])
        {
            WorkingDirectory = command.Folder,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        var started = new TaskCompletionSource<ServerProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                var child = Process.Start(start)!;
                started.SetResult(new ServerProcess(command, child.Id, ProcessTable.StartOf(child.Id) ?? -1, child));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    /// <summary>A server that another process started.</summary>
    public static ServerProcess Attach(ServerCommand command, int id, long startedAt) => new(command, id, startedAt, null);

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
                    throw Failed($"{_name} ended with exit code {(_child is null ? "unknown" : await WaitForExitAsync(ct))} before it was ready.");
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
    /// <exception cref="InvalidOperationException">Another process started it: only that one learns the code.</exception>
    public async Task<int> WaitForExitAsync(CancellationToken ct)
    {
        if (_child is null)
            throw new InvalidOperationException($"{_name} was started by another process.");
        await _child.WaitForExitAsync(ct);
        return _child.ExitCode;
    }

    /// <summary>Freezes the process and its children: connections stay open and nothing answers.</summary>
    public void Pause()
    {
        // The parent first: a frozen parent has no new children.
        Send(SigStop);
        foreach (var other in Others())
            _ = kill(other, SigStop);
    }

    /// <summary>Undoes <see cref="Pause"/>.</summary>
    public void Resume()
    {
        foreach (var other in Others())
            _ = kill(other, SigCont);
        Send(SigCont);
    }

    /// <summary>Ends the process at once, as a crash would, and returns when it is gone.</summary>
    /// <param name="withChildren">Whether its children are killed too, as when the machine is lost.</param>
    public void Kill(bool withChildren)
    {
        Send(SigStop);
        var others = withChildren ? Others() : [];
        Send(SigKill);
        foreach (var other in others)
            _ = kill(other, SigKill);

        var gone = SpinWait.SpinUntil(() => HasExited && !others.Any(ProcessTable.IsAlive), TimeSpan.FromSeconds(10));
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
            if (_child is not null)
                await _child.WaitForExitAsync(limit.Token);
            while (!HasExited)
                await Task.Delay(20, limit.Token);
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
        _child?.Dispose();
    }

    /// <summary>Kills what a process that was itself killed has left: a frozen child outlives the server that started it.</summary>
    public static void KillWorkingIn(string folder)
    {
        foreach (var pid in ProcessTable.WorkingIn(folder))
            _ = kill(pid, SigKill);
    }

    // PostgreSQL under Patroni is neither a child nor of the session: what works in the server's folder is the server's.
    private int[] Others() => [.. (HasExited ? [] : ProcessTable.ChildrenOf(Id)).Union(ProcessTable.WorkingIn(Command.Folder)).Where(pid => pid != Id && pid != Environment.ProcessId)];

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
