using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>A running PixelCraft with two members, ada (an administrator) and ben.</summary>
public abstract class Installation(Servers servers) : IAsyncLifetime
{
    /// <summary>Of every member.</summary>
    public const string Password = "correct horse battery";

    private readonly List<PixelCraftProcess> _processes = [];
    private readonly Lock _starting = new();

    private protected Servers Servers { get; } = servers;

    /// <summary>Paths of real photographs.</summary>
    public IReadOnlyList<string> Photographs { get; private set; } = [];

    /// <summary>Where it is served.</summary>
    public virtual Uri Url => new(_processes[0].Url);

    /// <summary>The first process, for a test that looks at what it uses.</summary>
    internal PixelCraftProcess FirstProcess => _processes[0];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Photographs = [.. (await Servers.PhotographsAsync()).Where(path => path.EndsWith(".jpg", StringComparison.Ordinal))];
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var process in Enumerable.Reverse(_processes)) await process.DisposeAsync();
    }

    internal Task<ApiClient> SignInAsync(string name) => ApiClient.SignedInAsync(Url, $"{name}@example.org", Password);

    internal ApiClient Visitor() => new(Url);

    /// <summary>A web server of its own, that a test may kill; and, once it is dead, the URL where what it took in is found.</summary>
    internal abstract Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync();

    /// <summary>Starts the first process (the one that is asked) and whatever else belongs to the topology.</summary>
    private protected abstract Task StartAsync();

    private protected async Task<PixelCraftProcess> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var process = await PixelCraftProcess.StartAsync(settings, Cancellation);
        lock (_starting) _processes.Add(process);
        return process;
    }

    private protected static async Task AddMembersAsync(IReadOnlyDictionary<string, string> settings)
    {
        await AddMemberAsync(settings, "ada@example.org", "ada", "--admin");
        await AddMemberAsync(settings, "ben@example.org", "ben");
    }

    private protected static async Task AddMemberAsync(IReadOnlyDictionary<string, string> settings, string email, string name, params string[] more)
    {
        var added = await PixelCraftProcess.RunCommandAsync(settings, ["member", "add", "--email", email, "--name", name, "--password", Password, .. more], Cancellation);
        Assert.True(added.ExitCode == 0, added.Output + added.Error);
    }
}

/// <summary>One process on embedded stores.</summary>
public sealed class EmbeddedInstallation(Servers servers) : Installation(servers)
{
    internal override async Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync()
    {
        // The process is all there is: the next one on the same folder must find what this one acknowledged.
        var settings = new Dictionary<string, string> { ["Data"] = Directory.CreateTempSubdirectory("pixelcraft-doomed-").FullName };
        await AddMembersAsync(settings);
        var server = await StartAsync(settings);
        return (server, async () => new Uri((await StartAsync(settings)).Url));
    }

    private protected override async Task StartAsync()
    {
        var process = await StartAsync(new Dictionary<string, string>());
        await AddMembersAsync(new Dictionary<string, string> { ["Data"] = process.Data });
    }
}

/// <summary>Processes <c>web</c> and <c>worker</c> on PostgreSQL, Redis and S3.</summary>
public sealed class SplitInstallation(Servers servers) : Installation(servers)
{
    /// <summary>The connection to a Redis that the test may kill; null takes the one of all tests.</summary>
    internal string? Redis { get; init; }

    /// <summary>Settings besides those that every installation has.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The process that does the jobs.</summary>
    internal PixelCraftProcess Worker { get; private set; } = null!;

    private Dictionary<string, string> _settings = [];

    internal override async Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() =>
        (await StartAsync(As("web")), () => Task.FromResult(Url));

    private protected override async Task StartAsync()
    {
        _settings = await SettingsAsync(Servers, Redis);
        foreach (var (key, value) in Settings) _settings[key] = value;
        await StartAsync(As("web"));
        Worker = await StartAsync(As("worker"));
        await AddMembersAsync(As("web"));
    }

    /// <summary>The configuration of processes that share everything: new databases and a new bucket.</summary>
    /// <param name="servers">The servers of the test run.</param>
    /// <param name="redis">The connection to another Redis than theirs.</param>
    internal static async Task<Dictionary<string, string>> SettingsAsync(Servers servers, string? redis = null)
    {
        var postgres = await servers.PostgresAsync();
        redis ??= (await servers.RedisAsync()).ConnectionString;
        var s3 = await servers.S3Async();
        return new Dictionary<string, string>
        {
            // Two databases: that modules share no tables is seen here.
            ["Postgres:Accounts"] = await postgres.CreateDatabaseAsync(),
            ["Postgres:Catalogue"] = await postgres.CreateDatabaseAsync(),
            ["Postgres:Analytics"] = await postgres.CreateDatabaseAsync(),
            ["Redis:Connection"] = redis,
            // One Redis for all tests: without a prefix of its own, another installation's worker would take the jobs.
            ["Redis:Prefix"] = $"t{Guid.NewGuid():n}",
            ["S3:Endpoint"] = s3.Endpoint,
            ["S3:Bucket"] = await s3.CreateBucketAsync(),
            ["S3:AccessKey"] = s3.AccessKey,
            ["S3:SecretKey"] = s3.SecretKey,
        };
    }

    internal Dictionary<string, string> As(string role) => new(_settings) { ["Role"] = role };
}

public sealed class EmbeddedThreadTests(EmbeddedInstallation installation) : ThreadScenario(installation), IClassFixture<EmbeddedInstallation>;

public sealed class SplitThreadTests(SplitInstallation installation) : ThreadScenario(installation), IClassFixture<SplitInstallation>;
