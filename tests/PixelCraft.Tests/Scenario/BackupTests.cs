using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
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
        await AddAdaAsync(settings);

        var acknowledged = await WhileBackedUpAsync(web, settings, async (ada, uploaded) =>
        {
            for (var i = 0; i < 3; i++) await ada.ProcessedAsync(await UploadAsync(ada, photographs[i], uploaded));
            await BackUpAsync("base", Variables(settings));
            for (var i = 3; i < 6; i++) await ada.ProcessedAsync(await UploadAsync(ada, photographs[i], uploaded));
            worker.Kill();
            // Acknowledged and not processed yet.
            await UploadAsync(ada, photographs[6], uploaded);
        });
        web.Kill();
        postgres.Kill();
        s3.Kill();

        var restored = await StartAsync(ct => PostgresServer.StartOnAsync(postgres, (folder, _) => BackUpAsync("restore-postgres", Variables(settings), folder), ct));
        await IsAllThereAsync(await StartAgainAsync(restored, settings), acknowledged);
    }

    [Fact]
    public async Task Restore_OfAGroupThatFailedOverMeanwhile_BringsEveryAcknowledgedImageBack()
    {
        var photographs = (await servers.PhotographsAsync()).Where(path => path.EndsWith(".jpg", StringComparison.Ordinal)).ToList();
        var s3 = await StartAsync(S3Server.StartAsync);
        const string Secret = "backup";
        var etcd = await Servers.SkipIfMissingAsync(() => EtcdServer.StartAsync(Places("etcd"), Cancellation));
        _running.AddRange(etcd);
        var group = await Servers.SkipIfMissingAsync(() => PostgresCluster.StartAsync(Places("patroni"), [.. etcd.Select(server => server.Endpoint)], Secret, Cancellation));
        _running.AddRange(group.Nodes);
        var settings = await SettingsAsync(s3, await group.CreateDatabaseAsync("accounts", Cancellation), await group.CreateDatabaseAsync("catalogue", Cancellation));
        var web = await StartAsync(settings, "web");
        var worker = await StartAsync(settings, "worker");
        await AddAdaAsync(settings);

        var acknowledged = await WhileBackedUpAsync(web, settings, async (ada, uploaded) =>
        {
            for (var i = 0; i < 2; i++) await ada.ProcessedAsync(await UploadAsync(ada, photographs[i], uploaded));
            await BackUpAsync("base", Variables(settings));
            await ada.ProcessedAsync(await UploadAsync(ada, photographs[2], uploaded));
            var roles = await PostgresCluster.RolesAsync(group.Nodes[0].RestUrl, Cancellation);
            group.Nodes[int.Parse(roles.Single(role => role.Value == "leader").Key["postgres".Length..], null) - 1].Kill();
            // By the server that is promoted, whose log is another timeline's.
            await Eventually.TrueAsync(async () => await TryToUploadAsync(ada, photographs[3], uploaded), "An upload after the failover");
            worker.Kill();
            await UploadAsync(ada, photographs[4], uploaded);
        });
        web.Kill();
        foreach (var node in group.Nodes) node.Kill();
        s3.Kill();

        var restored = await StartAsync(ct => PostgresServer.StartOnAsync(Secret, (folder, _) => BackUpAsync("restore-postgres", Variables(settings), folder), ct));
        await IsAllThereAsync(await StartAgainAsync(restored, settings), acknowledged);
    }

    /// <summary>Has the log copied while ada does something, then the objects. Returns what was acknowledged, when the last of it is in the copy of the log.</summary>
    private async Task<Dictionary<string, string>> WhileBackedUpAsync(PixelCraftProcess web, Dictionary<string, string> settings, Func<ApiClient, Dictionary<string, string>, Task> work)
    {
        var acknowledged = new Dictionary<string, string>();
        using var wal = StartBackup("wal", Variables(settings));
        try
        {
            await IsReceivingAsync();
            using var ada = await ApiClient.SignedInAsync(new Uri(web.Url), "ada@example.org", Installation.Password);
            await work(ada, acknowledged);
            await BackUpAsync("objects", Variables(settings));
            await ReceivedAsync(settings["Postgres:Catalogue"]);
            return acknowledged;
        }
        finally
        {
            wal.Kill(entireProcessTree: true);
            await wal.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Starts the program on the restored PostgreSQL and a new object store that is filled from the backup.</summary>
    private async Task<PixelCraftProcess> StartAgainAsync(PostgresServer restored, Dictionary<string, string> settings)
    {
        var store = await StartAsync(S3Server.StartAsync);
        var again = await SettingsAsync(store, restored.ConnectionString(Database(settings["Postgres:Accounts"])), restored.ConnectionString(Database(settings["Postgres:Catalogue"])));
        await BackUpAsync("restore-objects", Variables(again));
        var web = await StartAsync(again, "web");
        await StartAsync(again, "worker");
        return web;
    }

    private static async Task IsAllThereAsync(PixelCraftProcess web, Dictionary<string, string> acknowledged)
    {
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

    private static async Task AddAdaAsync(Dictionary<string, string> settings)
    {
        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string>(settings) { ["Role"] = "web" }, ["member", "add", "--admin", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Cancellation);
        Assert.True(added.ExitCode == 0, added.Error);
    }

    private static List<Place> Places(string name) => [.. Enumerable.Range(0, 3).Select(_ => Place.Temporary(name))];

    private Task IsReceivingAsync() => Eventually.GetAsync(
        () => Task.FromResult(Directory.Exists(Path.Combine(_target, "wal")) && Directory.EnumerateFiles(Path.Combine(_target, "wal")).Any()), there => there, TimeSpan.FromSeconds(60));

    /// <summary>Whether an upload was taken in; sent again when it was not, it is the same one.</summary>
    private static async Task<bool> TryToUploadAsync(ApiClient member, string photograph, Dictionary<string, string> acknowledged)
    {
        var bytes = await File.ReadAllBytesAsync(photograph, Cancellation);
        using var answer = await member.UploadAsync(new MemoryStream(bytes), Path.GetFileName(photograph), "public");
        if (!answer.IsSuccessStatusCode) return false;
        acknowledged.Add((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return true;
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
        await using var servers = new NpgsqlDataSourceBuilder(connectionString).BuildMultiHost();
        await using var connection = await servers.OpenConnectionAsync(TargetSessionAttributes.Primary, Cancellation);
        await using var position = new NpgsqlCommand("select pg_current_wal_flush_lsn()::text", connection);
        var committed = (string)(await position.ExecuteScalarAsync(Cancellation))!;
        await using var received = new NpgsqlCommand("select coalesce(bool_or(flush_lsn >= $1::pg_lsn), false) from pg_stat_replication where application_name = 'pg_receivewal'", connection) { Parameters = { new() { Value = committed } } };
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
        // One server, or those of a group with the port of each.
        var servers = postgres.Host!.Split(',').Select(server => server.Contains(':', StringComparison.Ordinal) ? server.Split(':') : [server, $"{postgres.Port}"]).ToList();
        return new Dictionary<string, string?>
        {
            ["TARGET"] = _target,
            ["PGHOST"] = string.Join(',', servers.Select(server => server[0])),
            ["PGPORT"] = string.Join(',', servers.Select(server => server[1])),
            ["PGTARGETSESSIONATTRS"] = "primary",
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
