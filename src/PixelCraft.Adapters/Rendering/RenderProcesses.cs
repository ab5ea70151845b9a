using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// The image engine in children: a bounded pool of processes, each started when it is first needed, replaced after
/// <see cref="EngineOptions.ImagesPerProcess"/> images or when anything went wrong with it, and ended when it has had
/// nothing to do for a while. A file that crashes, hangs or eats memory ends its child and nothing else.
/// </summary>
internal sealed class RenderProcesses : IImageEngine, IAsyncDisposable
{
    /// <summary>How often a request is given to another child at once after one was killed by somebody else.</summary>
    private const int MaxAttempts = 3;

    private readonly ChildCommand _command;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RenderProcesses> _log;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _lock = new();
    private readonly HashSet<ChildProcess> _all = [];
    private readonly Stack<ChildProcess> _idle = [];
    private readonly ITimer _sweep;
    private bool _disposed;

    public RenderProcesses(ChildCommand command, IOptions<EngineOptions> options, TimeProvider time, ILogger<RenderProcesses> log)
    {
        (_command, _options, _time, _log) = (command, options.Value, time, log);
        _slots = new SemaphoreSlim(_options.Processes > 0 ? _options.Processes : Environment.ProcessorCount);
        if (Confinement.Describe() is (false, var text)) log.LogWarning("PixelCraft {Confinement}.", text);
        _sweep = time.CreateTimer(_ => _ = EndIdleAsync(), null, _options.IdleTime / 2, _options.IdleTime / 2);
    }

    /// <summary>The numbers of the processes that live.</summary>
    internal IReadOnlyList<int> Ids
    {
        get
        {
            lock (_lock) return [.. _all.Select(child => child.Id)];
        }
    }

    /// <inheritdoc/>
    public Task<EngineResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) => SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<EngineResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken) => SendAsync(request, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        List<ChildProcess> children;
        lock (_lock)
        {
            _disposed = true;
            children = [.. _all];
            _idle.Clear();
        }
        await _sweep.DisposeAsync();
        foreach (var child in children) await EndAsync(child);
    }

    private async Task<EngineResult> SendAsync(EngineRequest request, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (await AskAsync(request, cancellationToken) is { } result) return result;
                if (attempt == MaxAttempts) throw new UnavailableException("image engine", new InvalidOperationException($"{attempt} children in a row were killed."));
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>One child's answer; null when it was killed by somebody else.</summary>
    private async Task<EngineResult?> AskAsync(EngineRequest request, CancellationToken cancellationToken)
    {
        var child = TakeIdle() ?? await StartAsync(cancellationToken);
        using var limit = new CancellationTokenSource(_options.TimeLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var keep = false;
        try
        {
            var reply = await child.AskAsync(request, either.Token);
            if (reply is null) return await JudgeAsync(child);
            // One that has run out of memory may have lost parts of itself.
            keep = reply.Result is not (null or Faulted);
            return reply.Result ?? throw Exception(reply.Failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _log.LogWarning("An image took longer than {Limit}; the process {Process} that decoded it is ended.", _options.TimeLimit, child.Id);
            return ChildDeath.TooLong(_options);
        }
        finally
        {
            if (!keep || child.Answered >= _options.ImagesPerProcess || !PutBack(child)) await EndAsync(child, kill: !keep);
        }
    }

    private async Task<EngineResult?> JudgeAsync(ChildProcess child)
    {
        var code = await child.WaitForEndAsync();
        var fault = ChildDeath.FaultOfTheFile(code, child.Errors, _options);
        if (fault is null) _log.LogWarning("Process {Process}, which decoded an image, was killed from outside (code {Code}). If the kernel did it for lack of memory, lower Engine:MemoryLimit or Engine:Processes.", child.Id, code);
        else _log.LogWarning("Process {Process} ended with code {Code} while it decoded an image: {Errors}", child.Id, code, child.Errors);
        return fault;
    }

    private static Exception Exception(ChildFailure? failure) => failure switch
    {
        { Kind: ChildFailureKind.StorageFull } => new StorageFullException("folder for variants"),
        { Kind: ChildFailureKind.InputOutput } => new IOException(failure.Message),
        _ => new InvalidOperationException(failure?.Message ?? "The child answered nothing."),
    };

    private ChildProcess? TakeIdle()
    {
        lock (_lock) return _idle.TryPop(out var child) ? child : null;
    }

    private async Task<ChildProcess> StartAsync(CancellationToken cancellationToken)
    {
        var child = await ChildProcess.StartAsync(_command, _options, cancellationToken);
        lock (_lock)
        {
            if (!_disposed)
            {
                _all.Add(child);
                return child;
            }
        }
        await child.DisposeAsync();
        throw new ObjectDisposedException(nameof(RenderProcesses));
    }

    private bool PutBack(ChildProcess child)
    {
        child.IdleSince = _time.GetTimestamp();
        lock (_lock)
        {
            if (_disposed) return false;
            _idle.Push(child);
            return true;
        }
    }

    private async Task EndIdleAsync()
    {
        List<ChildProcess> old;
        lock (_lock)
        {
            old = [.. _idle.Where(child => _time.GetElapsedTime(child.IdleSince) >= _options.IdleTime)];
            var rest = _idle.Except(old).Reverse().ToList();
            _idle.Clear();
            foreach (var child in rest) _idle.Push(child);
        }
        foreach (var child in old) await EndAsync(child);
    }

    private async Task EndAsync(ChildProcess child, bool kill = false)
    {
        lock (_lock)
        {
            // Whoever takes it out ends it.
            if (!_all.Remove(child)) return;
        }
        if (kill) child.Kill();
        await child.DisposeAsync();
    }
}
