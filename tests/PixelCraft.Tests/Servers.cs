using PixelCraft.Cluster;
using PixelCraft.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Servers))]

namespace PixelCraft.Tests;

/// <summary>
/// The real servers of a test run. Each is started when the first test asks for it, and ended after the last test.
/// They are shared: a test takes a database or bucket of its own, and does not kill, pause or flush them; a test that
/// needs that starts its own (<see cref="SkipIfMissingAsync"/>).
/// </summary>
public sealed class Servers : IAsyncDisposable
{
    // No test's token: one test that is cancelled must not end the start for the others.
    private readonly Lazy<Task<PostgresServer>> _postgres = new(() => PostgresServer.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<PostgresServer>> _secondPostgres = new(() => PostgresServer.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<PostgresGroup>> _postgresGroup = new(() => PostgresGroup.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<RedisServer>> _redis = new(() => RedisServer.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<RedisCluster>> _redisCluster = new(() => RedisCluster.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<S3Server>> _s3 = new(() => S3Server.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<SmtpSink>> _smtp = new(() => SmtpSink.StartAsync(CancellationToken.None));
    // The whole browser draws its own windows too, which nobody sees: it takes several times the CPU.
    private readonly Lazy<string> _chromium = new(() => Programs.Find("chromium-headless-shell", "chromium-headless-shell"));
    private readonly Lazy<Task<IReadOnlyList<string>>> _photographs = new(FetchPhotographsAsync);
    private readonly Lazy<Task<IReadOnlyList<string>>> _pngSuite = new(FetchPngSuiteAsync);

    public Task<PostgresServer> PostgresAsync() => SkipIfMissingAsync(() => _postgres.Value);

    /// <summary>Another one, for what is spread over two.</summary>
    public Task<PostgresServer> SecondPostgresAsync() => SkipIfMissingAsync(() => _secondPostgres.Value);

    public Task<PostgresGroup> PostgresGroupAsync() => SkipIfMissingAsync(() => _postgresGroup.Value);

    public Task<RedisServer> RedisAsync() => SkipIfMissingAsync(() => _redis.Value);

    public Task<RedisCluster> RedisClusterAsync() => SkipIfMissingAsync(() => _redisCluster.Value);

    public Task<S3Server> S3Async() => SkipIfMissingAsync(() => _s3.Value);

    public Task<SmtpSink> SmtpAsync() => SkipIfMissingAsync(() => _smtp.Value);

    /// <summary>The path of the chromium program.</summary>
    public Task<string> ChromiumAsync() => SkipIfMissingAsync(() => Task.FromResult(_chromium.Value));

    /// <summary>The paths of real photographs (JPEG and PNG), sorted; they are downloaded once per machine.</summary>
    public Task<IReadOnlyList<string>> PhotographsAsync() => SkipIfMissingAsync(() => _photographs.Value);

    /// <summary>The paths of Willem van Schaik's PNG suite; it is downloaded once per machine.</summary>
    public Task<IReadOnlyList<string>> PngSuiteAsync() => SkipIfMissingAsync(() => _pngSuite.Value);

    /// <summary>Skips the running test, with the reason, when what it needs is not installed.</summary>
    public static async Task<T> SkipIfMissingAsync<T>(Func<Task<T>> start)
    {
        try
        {
            // Task.Run: a constructor may throw too, and starting a server has parts that block.
            return await Task.Run(start).WaitAsync(TestContext.Current.CancellationToken);
        }
        catch (ServerMissingException e)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_postgres);
        await EndAsync(_secondPostgres);
        await EndAsync(_postgresGroup);
        await EndAsync(_redis);
        await EndAsync(_redisCluster);
        await EndAsync(_s3);
        await EndAsync(_smtp);
    }

    private static async Task EndAsync<T>(Lazy<Task<T>> server) where T : IAsyncDisposable
    {
        // A start that failed has failed the tests that asked for it.
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await server.Value).DisposeAsync();
    }

    private static async Task<IReadOnlyList<string>> FetchPhotographsAsync()
    {
        var folder = Path.Combine(Cache(), "photographs");
        var fetch = await Programs.RunAsync("bash", [Path.Combine(Repository.Root, "deploy/demo/photographs"), folder]);
        if (fetch.ExitCode != 0)
            throw new ServerMissingException(fetch.Error.Trim());
        return [.. Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".jpg" or ".png").Order(StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<string>> FetchPngSuiteAsync()
    {
        const string Package = "libsixel-examples";
        var folder = Path.Combine(Cache(), "pngsuite");
        if (!Directory.Exists(folder))
        {
            var work = Directory.CreateDirectory($"{folder}.{Environment.ProcessId}").FullName;
            var fetch = await Programs.RunAsync("bash", ["-c", $"cd '{work}' && apt-get download -qq -o APT::Sandbox::User=root {Package} && dpkg -x {Package}_*.deb . && rm *.deb"]);
            if (fetch.ExitCode == 0 && !Directory.Exists(folder)) Directory.Move(work, folder);
            else Directory.Delete(work, recursive: true);
            if (fetch.ExitCode != 0) throw new ServerMissingException($"apt-get download {Package}: {fetch.Error.Trim()}");
        }
        return [.. Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories).Where(path => path.Contains("/images/pngsuite/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private static string Cache() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } path ? path : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "pixelcraft");
}
