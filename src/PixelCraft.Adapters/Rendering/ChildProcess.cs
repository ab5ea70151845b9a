using System.Diagnostics;
using System.Globalization;
using System.Text;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// The outside of a child: a process that decodes one image at a time, with a temporary folder of its own that is gone when
/// it is. Its environment is made anew, so that it inherits no secret.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>What .NET may use for itself of the child's memory, in bytes; pixels are libvips's and not counted here.</summary>
    private const long ManagedHeap = 96L * 1024 * 1024;

    private const int MaxErrors = 4_096;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(2);

    private readonly ChildFolder _folder = new();
    private readonly StringBuilder _errors = new();
    private readonly Process _process;

    private ChildProcess(ChildCommand command, EngineOptions options)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Out,
        };
        foreach (var argument in command.Arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(options.Limits().MaxMemory.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(Math.Ceiling(options.TimeLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        SetEnvironment(start.Environment);
        try
        {
            _process = Process.Start(start)!;
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Requests that it has answered.</summary>
    public int Answered { get; private set; }

    /// <summary>Since when it has had nothing to do, as <see cref="TimeProvider.GetTimestamp"/> tells it.</summary>
    public long IdleSince { get; set; }

    /// <summary>The last that it wrote to its standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>Starts a child, and waits until it is ready.</summary>
    /// <exception cref="UnavailableException">It did not get ready.</exception>
    public static async Task<ChildProcess> StartAsync(ChildCommand command, EngineOptions options, CancellationToken cancellationToken)
    {
        ChildProcess child;
        try
        {
            child = new ChildProcess(command, options);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new UnavailableException("image engine", e);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTime);
        try
        {
            if (await child.ReadAsync(deadline.Token) is not null) return child;
            await child.WaitForEndAsync();
            throw new UnavailableException("image engine", new InvalidOperationException($"A child ended with code {child.ExitCode} before it was ready: {child.Errors}"));
        }
        catch (Exception e)
        {
            await child.DisposeAsync();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new UnavailableException("image engine", new TimeoutException("A child was not ready in time.", e));
            throw;
        }
    }

    /// <summary>Sends a request and waits for the answer; null when the child ended instead.</summary>
    /// <exception cref="IOException">The request's file can't be had, or the result not be put where it shall go.</exception>
    public async Task<ChildReply?> AskAsync(EngineRequest request, CancellationToken cancellationToken)
    {
        // On another thread, as it may have to copy.
        var taken = await Task.Run(() => _folder.Take(request), cancellationToken);
        var reply = await ExchangeAsync(taken, cancellationToken);
        return reply is { Result: { } result } ? reply with { Result = _folder.Give(request, result) } : reply;
    }

    private async Task<ChildReply?> ExchangeAsync(EngineRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await ChildMessages.WriteAsync(_process.StandardInput.BaseStream, request, ChildJson.Default.EngineRequest, cancellationToken);
            var reply = await ReadAsync(cancellationToken);
            if (reply is not null) Answered++;
            return reply;
        }
        catch (IOException)
        {
            return null; // The pipe is broken: nobody reads at its other end.
        }
    }

    /// <summary>Waits until it has ended, and tells how; kills it if it doesn't end.</summary>
    public async Task<int> WaitForEndAsync()
    {
        using var deadline = new CancellationTokenSource(EndTime);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        return ExitCode;
    }

    private int ExitCode => _process.ExitCode;

    /// <summary>Ends it, whatever it is doing.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Ends it, and removes its folder. One that has nothing to do goes by itself when its input ends.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Something could not be written: it has ended already.
        }
        await WaitForEndAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private Task<ChildReply?> ReadAsync(CancellationToken cancellationToken) =>
        ChildMessages.ReadAsync(_process.StandardOutput.BaseStream, ChildJson.Default.ChildReply, cancellationToken);

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        var kept = ((string[])["PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "LD_LIBRARY_PATH"])
            .Where(environment.ContainsKey).ToDictionary(name => name, name => environment[name]);
        environment.Clear();
        foreach (var (name, value) in kept) environment[name] = value;
        environment["LANG"] = "C.UTF-8";
        environment["HOME"] = _folder.Out;
        environment["TMPDIR"] = _folder.Out;
        environment["DOTNET_GCHeapHardLimit"] = ManagedHeap.ToString("x", CultureInfo.InvariantCulture);
        environment["DOTNET_gcConcurrent"] = "0"; // saves a thread
        environment["DOTNET_EnableDiagnostics"] = "0"; // no socket, nobody attaches
        environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"; // starts faster, 30 MB less
        environment["DOTNET_TieredPGO"] = "0";
        environment["MALLOC_ARENA_MAX"] = "2";
    }

    private void KeepError(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            _errors.AppendLine(line);
            if (_errors.Length > MaxErrors) _errors.Remove(0, _errors.Length - MaxErrors);
        }
    }
}
