using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>
/// A Redis Cluster of one server that has all slots: a command whose keys are in different slots fails as in production.
/// It keeps everything in memory; after <see cref="Server.Kill"/> or a restart it is empty.
/// </summary>
public sealed class RedisServer : Server
{
    private readonly string _server = Programs.Find("redis-server", "redis-server");
    private readonly string _client = Programs.Find("redis-cli", "redis-tools");
    private readonly int _port = Ports.Free();
    private readonly int _busPort = Ports.Free();

    private RedisServer() : base("redis")
    {
    }

    /// <summary>The connection string in StackExchange.Redis's format.</summary>
    public string ConnectionString => $"127.0.0.1:{_port}";

    /// <summary>Starts a server.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Redis is not installed.</exception>
    public static Task<RedisServer> StartAsync(CancellationToken ct = default) => StartAsync(() => new RedisServer(), ct);

    /// <summary>Removes every key.</summary>
    /// <param name="ct">Ends the command.</param>
    public Task FlushAsync(CancellationToken ct = default) => Programs.RunOrThrowAsync(_client, Cli("flushall", "sync"), null, ct);

    private protected override Task PrepareAsync(CancellationToken ct) => Task.CompletedTask;

    private protected override ServerProcess StartProcess() => ServerProcess.Start(File("log"), _server,
    [
        "--bind", "127.0.0.1", "--port", Text(_port), "--dir", Folder, "--appendonly", "no", "--save", "",
        "--cluster-enabled", "yes", "--cluster-port", Text(_busPort), "--cluster-config-file", "nodes.conf",
    ]);

    private protected override async Task<bool> AnswersAsync(CancellationToken ct)
    {
        if (!(await AskAsync(ct, "info", "server")).Contains($"process_id:{Process.Id}\r", StringComparison.Ordinal))
            return false;
        var cluster = await AskAsync(ct, "cluster", "info");
        if (cluster.Contains("cluster_slots_assigned:0\r", StringComparison.Ordinal))
            await AskAsync(ct, "cluster", "addslotsrange", "0", "16383");
        return cluster.Contains("cluster_state:ok\r", StringComparison.Ordinal);
    }

    private async Task<string> AskAsync(CancellationToken ct, params string[] command) =>
        (await Programs.RunAsync(_client, Cli(command), null, ct)).Output;

    private string[] Cli(params string[] command) => ["-h", "127.0.0.1", "-p", Text(_port), .. command];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
