using System.Net.Sockets;

namespace PixelCraft.Cluster;

/// <summary>
/// A real server with an empty store. Unless it was given another place, it listens on 127.0.0.1, keeps everything in a
/// temporary folder, and ends with this process at the latest.
/// </summary>
public abstract class RealServer : IAsyncDisposable
{
    private protected static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    private ServerProcess? _process;

    private protected RealServer(string name) : this(Place.Temporary(name))
    {
    }

    private protected RealServer(Place place)
    {
        Place = place;
        TempFolders.CreateForAll(place.Folder);
    }

    /// <summary>Where the server keeps everything.</summary>
    internal string Folder => Place.Folder;

    /// <summary>Where it runs.</summary>
    internal Place Place { get; }

    /// <summary>The process that clients talk to.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    internal ServerProcess Process => _process ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>The signal that ends the server in good order.</summary>
    private protected virtual int StopSignal => ServerProcess.SigTerm;

    /// <summary>Whether <see cref="Kill"/> kills what the server started too, as when its machine is lost.</summary>
    private protected virtual bool DiesWithChildren => true;

    /// <summary>Kills the server without warning. Returns when it is gone.</summary>
    public void Kill() => _process?.Kill(DiesWithChildren);

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
    private protected virtual Task PrepareAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Starts the process that clients talk to.</summary>
    private protected abstract ServerProcess StartProcess();

    /// <summary>Asks the server whether it serves.</summary>
    private protected abstract Task<bool> AnswersAsync(CancellationToken ct);

    /// <summary>Starts a new server, on other ports when another process took the first ones.</summary>
    private protected static async Task<T> StartAsync<T>(Func<T> create, CancellationToken ct) where T : RealServer
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
                // The log of a lasting server is all that tells what was wrong with it.
                if (server.Place.Lasting) server.Kill();
                else await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>A file of the server.</summary>
    private protected string File(string name) => Path.Combine(Folder, name);

    /// <summary>Starts a process of the server at its place.</summary>
    /// <param name="log">The log's path in the server's folder; the process works in the log's folder.</param>
    /// <param name="program">Its full path.</param>
    /// <param name="arguments">One by one.</param>
    /// <param name="user">The user to run as; null for the one of this process.</param>
    /// <param name="environment">Variables set in addition to this process's own; null removes one.</param>
    private protected ServerProcess Start(
        string log, string program, IEnumerable<string> arguments, string? user = null, IReadOnlyDictionary<string, string?>? environment = null) =>
        ServerProcess.Start(new ServerCommand(File(log), program, [.. arguments])
        {
            User = user,
            Environment = environment ?? new Dictionary<string, string?>(),
            Namespace = Place.Namespace,
            Lasting = Place.Lasting,
        });

    /// <summary>Whether something listens.</summary>
    internal static async Task<bool> ListensAsync(string address, int port, CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether a URL answers with success. Throws <see cref="HttpRequestException"/> while nothing listens.</summary>
    internal static async Task<bool> SucceedsAsync(string url, CancellationToken ct)
    {
        using var response = await Http.GetAsync(new Uri(url), ct);
        return response.IsSuccessStatusCode;
    }

    /// <summary>What a URL answers with success.</summary>
    /// <exception cref="HttpRequestException">It doesn't.</exception>
    internal static Task<string> GetAsync(string url, CancellationToken ct) => Http.GetStringAsync(new Uri(url), ct);

    private async Task LaunchAsync(CancellationToken ct)
    {
        _process = StartProcess();
        await _process.WaitUntilAsync(AnswersAsync, TimeSpan.FromSeconds(60), ct);
    }
}
