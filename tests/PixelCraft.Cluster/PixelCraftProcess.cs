using System.Collections;

namespace PixelCraft.Cluster;

/// <summary>The built program, running as a process of its own.</summary>
public sealed class PixelCraftProcess : RealServer
{
    /// <summary>The environment variable that names another <c>pixelcraft.dll</c> than the one built beside the tests.</summary>
    public const string ProgramVariable = "PROGRAM_UNDER_TEST";

    private const string Prefix = "PIXELCRAFT_";

    private readonly Dictionary<string, string> _settings;
    private readonly string? _path;

    private PixelCraftProcess(Place place, IReadOnlyDictionary<string, string> settings, string? path) : base(place)
    {
        (_settings, _path) = (new Dictionary<string, string>(settings), path);
        _settings.TryAdd("Listen", $"http://{place.Address}:{Ports.Free()}");
        _settings.TryAdd("Data", File("data"));
        // Tests end processes by the hundred, and ask nobody who would have to notice.
        _settings.TryAdd("StopDelay", "00:00:00");
        // Tests come from one address, many at once.
        foreach (var limit in new[] { "SignIn", "Account", "Register", "Api", "Comment" }) _settings.TryAdd($"Limits:{limit}:Permits", "100000");
    }

    /// <summary>The URL it listens on, without a slash at the end.</summary>
    public string Url => _settings["Listen"].TrimEnd('/');

    /// <summary>Its data folder. It is removed at the end unless the settings named it.</summary>
    public string Data => _settings["Data"];

    /// <summary>The lines that it has written so far to standard output and standard error.</summary>
    public IReadOnlyList<string> Log => Process.Log;

    /// <summary>The number of its process.</summary>
    public int Id => Process.Id;

    /// <summary>Starts the program and waits until <c>/health/ready</c> answers 200.</summary>
    /// <param name="settings">
    /// The configuration by key, such as <c>Accounts:Postgres</c>. Without <c>Listen</c> a free port of 127.0.0.1 is
    /// taken, without <c>Data</c> a new temporary folder. Settings of this process's own environment are not handed on.
    /// </param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerFailedException">It ended, or was not ready in 60 s; the message holds the end of its log.</exception>
    public static Task<PixelCraftProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken ct = default) =>
        StartAsync(Place.Temporary("pixelcraft"), settings, ct);

    /// <summary>The same on a machine that has no programs but those in the folders of <paramref name="path"/>.</summary>
    public static Task<PixelCraftProcess> StartAsync(IReadOnlyDictionary<string, string> settings, string path, CancellationToken ct = default) =>
        StartAsync(() => new PixelCraftProcess(Place.Temporary("pixelcraft"), settings, path), ct);

    /// <summary>The same at a place.</summary>
    internal static Task<PixelCraftProcess> StartAsync(Place place, IReadOnlyDictionary<string, string> settings, CancellationToken ct) =>
        StartAsync(() => new PixelCraftProcess(place, settings, path: null), ct);

    /// <summary>Runs a command of the program to its end, such as <c>member add</c>.</summary>
    /// <param name="settings">The configuration by key; name <c>Data</c>, or the command works in the default folder.</param>
    /// <param name="arguments">The command and its arguments, one by one.</param>
    /// <param name="ct">Kills the command.</param>
    public static Task<CommandResult> RunCommandAsync(
        IReadOnlyDictionary<string, string> settings, IEnumerable<string> arguments, CancellationToken ct = default) =>
        Programs.RunAsync("dotnet", [Program(), .. arguments], Variables(settings), ct);

    // They must notice by themselves.
    private protected override bool DiesWithChildren => false;

    /// <summary>Asks the process to end (SIGTERM) and waits until it has.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It had not ended after 60 s, and was killed.</exception>
    public async Task<int> StopAsync(CancellationToken ct = default) =>
        await Process.StopAsync(ServerProcess.SigTerm, TimeSpan.FromSeconds(60))
            ? await Process.WaitForExitAsync(ct)
            : throw new TimeoutException($"{Url} had not ended 60 s after SIGTERM.\n{string.Join('\n', Log.TakeLast(40))}");

    private protected override ServerProcess StartProcess()
    {
        var variables = Variables(_settings);
        if (_path is not null) variables["PATH"] = _path;
        return Start("log", Programs.Find("dotnet", "dotnet-sdk-10.0"), [Program()], null, variables);
    }

    private protected override Task<bool> AnswersAsync(CancellationToken ct) => SucceedsAsync($"{Url}/health/ready", ct);

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

        return System.IO.File.Exists(path) ? path : throw new FileNotFoundException($"{path} was not built; {ProgramVariable} can name another.");
    }
}
