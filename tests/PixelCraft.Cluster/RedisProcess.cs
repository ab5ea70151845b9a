using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>A Redis process in cluster mode.</summary>
public abstract class RedisProcess : RealServer
{
    private readonly string _server = Programs.Find("redis-server", "redis-server");
    private readonly string _client = Programs.Find("redis-cli", "redis-tools");

    private protected RedisProcess(Place place) : base(place)
    {
    }

    /// <summary>The address in StackExchange.Redis's format.</summary>
    public string ConnectionString => $"{Place.Address}:{Port}";

    internal int Port { get; } = Ports.Free();

    internal int BusPort { get; } = Ports.Free();

    /// <summary>What this server adds to the configuration.</summary>
    private protected abstract IEnumerable<string> Configuration { get; }

    /// <summary>Sends one command and returns what the server answers; the text of an error too.</summary>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="ct">Ends the command.</param>
    public async Task<string> AskAsync(IEnumerable<string> command, CancellationToken ct) =>
        (await Programs.RunAsync(_client, Cli(command), null, ct)).Output.TrimEnd('\n');

    /// <summary>Removes every key.</summary>
    /// <param name="ct">Ends the command.</param>
    public Task FlushAsync(CancellationToken ct = default) => Programs.RunOrThrowAsync(_client, Cli(["flushall", "sync"]), null, ct);

    private protected override ServerProcess StartProcess() => Start("log", _server,
    [
        "--bind", Place.Address, "--protected-mode", "no", "--port", Text(Port), "--dir", Folder, "--save", "",
        "--cluster-enabled", "yes", "--cluster-announce-ip", Place.Address, "--cluster-port", Text(BusPort), "--cluster-config-file", "nodes.conf",
        .. Configuration,
    ]);

    private protected override async Task<bool> AnswersAsync(CancellationToken ct) =>
        // The number of the process proves that it is our server; while it reads its file it says so.
        await AskAsync(["info", "all"], ct) is var info
        && info.Contains($"process_id:{Process.Id}\r", StringComparison.Ordinal)
        && info.Contains("loading:0\r", StringComparison.Ordinal);

    private protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string[] Cli(IEnumerable<string> command) => ["-h", Place.Address, "-p", Text(Port), .. command];
}
