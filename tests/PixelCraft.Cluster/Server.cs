namespace PixelCraft.Cluster;

/// <summary>
/// A real server on 127.0.0.1 with an empty store in a temporary folder. It ends with this process at the latest, and
/// its folder is removed.
/// </summary>
public abstract class Server : IAsyncDisposable
{
    private ServerProcess? _process;

    private protected Server(string name) => Folder = TempFolders.Create(name);

    /// <summary>Where the server keeps everything.</summary>
    internal string Folder { get; }

    /// <summary>The process that clients talk to.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    internal ServerProcess Process => _process ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>The signal that ends the server in good order.</summary>
    private protected virtual int StopSignal => ServerProcess.SigTerm;

    /// <summary>Kills the server without warning, as when its machine is lost. Returns when it is gone.</summary>
    public void Kill() => _process?.Kill(withChildren: true);

    /// <summary>Freezes the server: its port accepts connections, and nothing answers.</summary>
    public void Pause() => Process.Pause();

    /// <summary>Lets a frozen server go on.</summary>
    public void Resume() => Process.Resume();

    /// <summary>Starts the server again on the same port and store; one that still runs is ended in good order first.</summary>
    /// <param name="ct">Ends the wait; the server may then be down.</param>
    /// <exception cref="ServerFailedException">It does not come up.</exception>
    public async Task RestartAsync(CancellationToken ct = default)
    {
        await Process.StopAsync(StopSignal, TimeSpan.FromSeconds(30));
        await LaunchAsync(ct);
    }

    /// <summary>Ends the server and removes its folder.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_process is not null)
        {
            await _process.StopAsync(StopSignal, TimeSpan.FromSeconds(10));
            await _process.DisposeAsync();
        }

        TempFolders.Delete(Folder);
    }

    /// <summary>Makes the empty store.</summary>
    private protected abstract Task PrepareAsync(CancellationToken ct);

    /// <summary>Starts the process that clients talk to.</summary>
    private protected abstract ServerProcess StartProcess();

    /// <summary>Asks the server whether it serves.</summary>
    private protected abstract Task<bool> AnswersAsync(CancellationToken ct);

    /// <summary>Starts a new server, on other ports when another process took the first ones.</summary>
    private protected static async Task<T> StartAsync<T>(Func<T> create, CancellationToken ct) where T : Server
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = create();
            try
            {
                await server.PrepareAsync(ct);
                await server.LaunchAsync(ct);
                return server;
            }
            catch (ServerFailedException e) when (e.PortTaken && attempt < 5)
            {
                await server.DisposeAsync();
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>A file of the server.</summary>
    private protected string File(string name) => Path.Combine(Folder, name);

    private async Task LaunchAsync(CancellationToken ct)
    {
        _process = StartProcess();
        await _process.WaitUntilAsync(AnswersAsync, TimeSpan.FromSeconds(60), ct);
    }
}
