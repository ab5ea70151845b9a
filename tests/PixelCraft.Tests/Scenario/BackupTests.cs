using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Npgsql;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>An installation that is lost with all its servers comes back from its backup, with every image that was acknowledged.</summary>
public sealed class BackupTests(Servers servers) : IAsyncLifetime
{
    private readonly string _target = Directory.CreateTempSubdirectory("pixelcraft-backup-").FullName;
    private readonly List<IAsyncDisposable> _running = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        // PostgreSQL reads from it, under its own account.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_target, File.GetUnixFileMode(_target) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_running)) await one.DisposeAsync();
        Directory.Delete(_target, recursive: true);
    }

    [Fact]
    public async Task Restore_OnNewServers_BringsEveryAcknowledgedImageBack()
    {
        var photographs = (await servers.PhotographsAsync()).Where(path => path.EndsWith(".jpg", StringComparison.Ordinal)).ToList();
        var postgres = await StartAsync(PostgresServer.StartAsync);
        var s3 = await StartAsync(S3Server.StartAsync);
        var settings = await SettingsAsync(s3, await postgres.CreateDatabaseAsync(Cancellation), await postgres.CreateDatabaseAsync(Cancellation));
        var web = await StartAsync(settings, "web");
        var worker = await StartAsync(settings, "worker");
        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string>(settings) { ["Role"] = "web" }, ["member", "add", "--admin", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Cancellation);
        Assert.True(added.ExitCode == 0, added.Error);

        var acknowledged = new Dictionary<string, string>();
        using var wal = StartBackup("wal", Variables(settings));
        try
        {
            await Eventually.GetAsync(() => Task.FromResult(Directory.Exists(Path.Combine(_target, "wal")) && Directory.EnumerateFiles(Path.Combine(_target, "wal")).Any()), there => there, TimeSpan.FromSeconds(60));
            using (var ada = await ApiClient.SignedInAsync(new Uri(web.Url), "ada@example.org", Installation.Password))
            {
                for (var i = 0; i < 3; i++) await ada.ProcessedAsync(await UploadAsync(ada, photographs[i], acknowledged));
                await BackUpAsync("base", Variables(settings));
                for (var i = 3; i < 6; i++) await ada.ProcessedAsync(await UploadAsync(ada, photographs[i], acknowledged));
                worker.Kill();
                // Acknowledged and not processed yet.
                await UploadAsync(ada, photographs[6], acknowledged);
                await BackUpAsync("objects", Variables(settings));
            }
            await ReceivedAsync(settings["Postgres:Catalogue"]);
        }
        finally
        {
            wal.Kill(entireProcessTree: true);
            await wal.WaitForExitAsync(CancellationToken.None);
        }
        web.Kill();
        postgres.Kill();
        s3.Kill();

        var restored = await StartAsync(ct => PostgresServer.StartOnAsync(postgres, (folder, _) => BackUpAsync("restore-postgres", Variables(settings), folder), ct));
        var store = await StartAsync(S3Server.StartAsync);
        var again = await SettingsAsync(store, restored.ConnectionString(Database(settings["Postgres:Accounts"])), restored.ConnectionString(Database(settings["Postgres:Catalogue"])));
        await BackUpAsync("restore-objects", Variables(again));
        web = await StartAsync(again, "web");
        await StartAsync(again, "worker");

        using var later = await ApiClient.SignedInAsync(new Uri(web.Url), "ada@example.org", Installation.Password);
        foreach (var (id, sha256) in acknowledged)
        {
            var image = await later.ProcessedAsync(id);
            Assert.Equal("ready", image.GetProperty("status").GetString());
            using var original = await later.GetAsync($"/p/{id}/original");
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(await original.Content.ReadAsByteArrayAsync(Cancellation))));
            foreach (var variant in image.GetProperty("variants").EnumerateArray())
            {
                using var answer = await later.GetAsync(variant.GetProperty("url").GetString()!);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    private static async Task<string> UploadAsync(ApiClient member, string photograph, Dictionary<string, string> acknowledged)
    {
        var id = await member.UploadedAsync(photograph, "public");
        acknowledged.Add(id, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(photograph, Cancellation))));
        return id;
    }

    /// <summary>Waits until the backup has received all that was committed so far.</summary>
    private static async Task ReceivedAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancellation);
        await using var position = new NpgsqlCommand("select pg_current_wal_flush_lsn()::text", connection);
        var committed = (string)(await position.ExecuteScalarAsync(Cancellation))!;
        await using var received = new NpgsqlCommand("select coalesce(bool_or(flush_lsn >= $1::pg_lsn), false) from pg_stat_replication", connection) { Parameters = { new() { Value = committed } } };
        await Eventually.TrueAsync(async () => (bool)(await received.ExecuteScalarAsync(Cancellation))!);
    }

    private async Task<Dictionary<string, string>> SettingsAsync(S3Server s3, string accounts, string catalogue) => new()
    {
        ["Postgres:Accounts"] = accounts,
        ["Postgres:Catalogue"] = catalogue,
        ["Redis:Connection"] = (await servers.RedisAsync()).ConnectionString,
        ["Redis:Prefix"] = $"t{Guid.NewGuid():n}",
        ["S3:Endpoint"] = s3.Endpoint,
        ["S3:Bucket"] = await s3.CreateBucketAsync(Cancellation),
        ["S3:AccessKey"] = s3.AccessKey,
        ["S3:SecretKey"] = s3.SecretKey,
    };

    private Dictionary<string, string?> Variables(IReadOnlyDictionary<string, string> settings)
    {
        var postgres = new NpgsqlConnectionStringBuilder(settings["Postgres:Catalogue"]);
        return new Dictionary<string, string?>
        {
            ["TARGET"] = _target,
            ["PGHOST"] = postgres.Host,
            ["PGPORT"] = postgres.Port.ToString(null, null),
            ["PGUSER"] = postgres.Username,
            ["PGPASSWORD"] = postgres.Password,
            ["S3_ENDPOINT"] = settings["S3:Endpoint"],
            ["S3_BUCKET"] = settings["S3:Bucket"],
            ["S3_ACCESS_KEY"] = settings["S3:AccessKey"],
            ["S3_SECRET_KEY"] = settings["S3:SecretKey"],
        };
    }

    private static string Script => Path.Combine(Repository.Root, "deploy/backup/backup");

    private static async Task BackUpAsync(string command, Dictionary<string, string?> variables, params string[] arguments)
    {
        var result = await Servers.SkipIfMissingAsync(async () =>
        {
            Programs.Find("rclone", "rclone");
            return await Programs.RunAsync("bash", [Script, command, .. arguments], variables, Cancellation);
        });
        Assert.True(result.ExitCode == 0, $"{command}: {result.Output}{result.Error}");
    }

    private static Process StartBackup(string command, Dictionary<string, string?> variables)
    {
        var start = new ProcessStartInfo("bash", [Script, command]);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string Database(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    private async Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> start)
        where T : IAsyncDisposable
    {
        var server = await Servers.SkipIfMissingAsync(() => start(Cancellation));
        _running.Add(server);
        return server;
    }

    private Task<PixelCraftProcess> StartAsync(Dictionary<string, string> settings, string role) =>
        StartAsync(ct => PixelCraftProcess.StartAsync(new Dictionary<string, string>(settings) { ["Role"] = role }, ct));
}
