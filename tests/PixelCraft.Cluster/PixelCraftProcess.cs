using System.Collections;
using System.Net;

namespace PixelCraft.Cluster;

/// <summary>The built program, running as a process of its own.</summary>
public sealed class PixelCraftProcess : IAsyncDisposable
{
    /// <summary>The environment variable that names another <c>pixelcraft.dll</c> than the one built beside the tests.</summary>
    public const string ProgramVariable = "PIXELCRAFT_PROGRAM";

    private const string Prefix = "PIXELCRAFT_";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    private readonly string _folder;
    private readonly ServerProcess _process;

    private PixelCraftProcess(string folder, ServerProcess process, string url, string data)
    {
        _folder = folder;
        _process = process;
        Url = url;
        Data = data;
    }

    /// <summary>The URL it listens on, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>Its data folder. It is removed at the end unless the settings named it.</summary>
    public string Data { get; }

    /// <summary>The lines that it has written so far to standard output and standard error.</summary>
    public IReadOnlyList<string> Log => _process.Log;

    /// <summary>The number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the program and waits until <c>/health/ready</c> answers 200.</summary>
    /// <param name="settings">
    /// The configuration by key, such as <c>Accounts:Postgres</c>. Without <c>Listen</c> a free port of 127.0.0.1 is
    /// taken, without <c>Data</c> a new temporary folder. Settings of this process's own environment are not handed on.
    /// </param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerFailedException">It ended, or was not ready in 60 s; the message holds the end of its log.</exception>
    public static async Task<PixelCraftProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken ct = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var process = Start(settings);
            try
            {
                await process._process.WaitUntilAsync(process.IsReadyAsync, TimeSpan.FromSeconds(60), ct);
                return process;
            }
            catch (ServerFailedException e) when (e.PortTaken && !settings.ContainsKey("Listen") && attempt < 5)
            {
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Runs a command of the program to its end, such as <c>member add</c>.</summary>
    /// <param name="settings">The configuration by key; name <c>Data</c>, or the command works in the default folder.</param>
    /// <param name="arguments">The command and its arguments, one by one.</param>
    /// <param name="ct">Kills the command.</param>
    public static Task<CommandResult> RunCommandAsync(
        IReadOnlyDictionary<string, string> settings, IEnumerable<string> arguments, CancellationToken ct = default) =>
        Programs.RunAsync("dotnet", [Program(), .. arguments], Variables(settings), ct);

    /// <summary>Kills the process without warning (SIGKILL), but not its children: they must notice by themselves.</summary>
    public void Kill() => _process.Kill(withChildren: false);

    /// <summary>Freezes the process and its children.</summary>
    public void Pause() => _process.Pause();

    /// <summary>Lets a frozen process go on.</summary>
    public void Resume() => _process.Resume();

    /// <summary>Asks the process to end (SIGTERM) and waits until it has.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It had not ended after 60 s, and was killed.</exception>
    public async Task<int> StopAsync(CancellationToken ct = default) =>
        await _process.StopAsync(ServerProcess.SigTerm, TimeSpan.FromSeconds(60))
            ? await _process.WaitForExitAsync(ct)
            : throw new TimeoutException($"{Url} had not ended 60 s after SIGTERM.\n{string.Join('\n', Log.TakeLast(40))}");

    /// <summary>Ends the process, and everything that it started, and removes its temporary folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        TempFolders.Delete(_folder);
    }

    private static PixelCraftProcess Start(IReadOnlyDictionary<string, string> given)
    {
        var program = Program();
        var dotnet = Programs.Find("dotnet", "dotnet-sdk-10.0");
        var folder = TempFolders.Create("pixelcraft");
        var settings = new Dictionary<string, string>(given);
        settings.TryAdd("Listen", $"http://127.0.0.1:{Ports.Free()}");
        settings.TryAdd("Data", Path.Combine(folder, "data"));
        // Tests come from one address, many at once.
        foreach (var limit in new[] { "SignIn", "Account", "Register", "Api" }) settings.TryAdd($"Limits:{limit}:Permits", "100000");
        var process = ServerProcess.Start(Path.Combine(folder, "log"), dotnet, [program], null, Variables(settings));
        return new PixelCraftProcess(folder, process, settings["Listen"].TrimEnd('/'), settings["Data"]);
    }

    private async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        using var response = await Http.GetAsync(new Uri($"{Url}/health/ready"), ct);
        return response.StatusCode == HttpStatusCode.OK;
    }

    private static Dictionary<string, string?> Variables(IReadOnlyDictionary<string, string> settings)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => (string)variable.Key)
            .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var (key, value) in settings)
            environment[Prefix + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return environment;
    }

    // The program's own output folder: there its static files and its native libraries are found as in production.
    private static string Program()
    {
        var path = Environment.GetEnvironmentVariable(ProgramVariable);
        if (string.IsNullOrEmpty(path))
        {
            // .../bin/<configuration>/net10.0/
            var configuration = Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;
            path = Path.Combine(Repository.Root, "src/PixelCraft.Server/bin", configuration, "net10.0/pixelcraft.dll");
        }

        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} was not built; {ProgramVariable} can name another.");
    }
}
