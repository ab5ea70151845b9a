using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Commands;

/// <summary>The commands of the built program where something is not as it should be: what they say, and how they end.</summary>
public sealed class CommandTests(Servers servers) : IDisposable
{
    private const string Away = "Host=127.0.0.1;Port=1;Database=x;Username=u;Password=secret";

    private readonly string _data = Directory.CreateTempSubdirectory("pixelcraft-commands-").FullName;

    public static TheoryData<string, string, string> WhatIsAway => new()
    {
        { "Postgres:Accounts=" + Away, "FAULT  accounts database", "correct Postgres:Accounts" },
        { "Postgres:Catalogue=" + Away, "FAULT  catalogue database", "correct Postgres:Catalogue" },
        { "Redis:Connection=127.0.0.1:1,password=secret", "FAULT  sessions", "correct Redis:Connection" },
        { "Redis:Connection=127.0.0.1:1,password=secret", "FAULT  job queue", "correct Redis:Connection" },
        { "S3:Endpoint=http://127.0.0.1:1;S3:Bucket=b;S3:AccessKey=secret;S3:SecretKey=secret", "FAULT  object store", "correct the section S3" },
        { "Data=/proc/nowhere", "FAULT  object store", "may be written" },
        { "Data=/proc/nowhere", "FAULT  accounts database", "may be written" },
        { "Data=/proc/nowhere", "FAULT  catalogue database", "may be written" },
    };

    [Theory]
    [MemberData(nameof(WhatIsAway))]
    public async Task Doctor_WhatIsAway_IsNamedWithWhatToDo(string settings, string fault, string advice)
    {
        var result = await RunAsync(["doctor"], settings.Split(settings.StartsWith("S3", StringComparison.Ordinal) ? ';' : '\n'));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(fault, result.Output, StringComparison.Ordinal);
        Assert.Contains(advice, result.Output, StringComparison.Ordinal);
        AssertPlain(result);
    }

    [Theory]
    [InlineData("S3:Bucket", "missing", "There is no bucket 'missing' at", "correct S3:Bucket")]
    [InlineData("S3:SecretKey", "not-secret-wrong", "refuses the bucket", "correct S3:AccessKey and S3:SecretKey")]
    [InlineData("S3:AccessKey", "nobody", "refuses the bucket", "correct S3:AccessKey and S3:SecretKey")]
    public async Task Doctor_S3ThatAnswersNo_SaysWhatIsWrong(string setting, string value, string fault, string advice)
    {
        var s3 = await servers.S3Async();
        var settings = new Dictionary<string, string>
        {
            ["S3:Endpoint"] = s3.Endpoint,
            ["S3:Bucket"] = await s3.CreateBucketAsync(TestContext.Current.CancellationToken),
            ["S3:AccessKey"] = s3.AccessKey,
            ["S3:SecretKey"] = s3.SecretKey,
        };
        var well = await RunAsync(["doctor"], [.. settings.Select(pair => $"{pair.Key}={pair.Value}")]);
        Assert.Contains("ok     object store", well.Output, StringComparison.Ordinal);

        settings[setting] = value;
        var result = await RunAsync(["doctor"], [.. settings.Select(pair => $"{pair.Key}={pair.Value}")]);
        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single(result.Output.Split('\n'), line => line.StartsWith("FAULT  object store", StringComparison.Ordinal));
        Assert.Contains(fault, line, StringComparison.Ordinal);
        Assert.Contains(advice, line, StringComparison.Ordinal);
        Assert.DoesNotContain(value == "missing" ? s3.SecretKey : value, result.Output + result.Error, StringComparison.Ordinal);
        AssertPlain(result);
    }

    [Fact]
    public async Task Doctor_PostgresWithReplicas_TellsOfEachServer()
    {
        await using var group = await Servers.SkipIfMissingAsync(() => PostgresGroup.StartAsync(TestContext.Current.CancellationToken));
        string[] settings = [$"Postgres:Catalogue={await group.CreateDatabaseAsync(TestContext.Current.CancellationToken)}"];
        var well = await RunAsync(["doctor"], settings);
        Assert.True(well.ExitCode == 0, well.Output + well.Error);
        Assert.Contains($"ok     catalogue database at 127.0.0.1:{group.Primary.Port}: primary", well.Output, StringComparison.Ordinal);
        foreach (var replica in group.Replicas)
            Assert.Matches($"ok     catalogue database at 127[.]0[.]0[.]1:{replica.Port}: replica, ([0-9.]+ s and )?[0-9,]+ bytes behind", well.Output);

        group.Replicas[0].Kill();
        var result = await RunAsync(["doctor"], settings);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"FAULT  catalogue database at 127.0.0.1:{group.Replicas[0].Port}: can't be reached.", result.Output, StringComparison.Ordinal);
        Assert.Contains("ok     catalogue database: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("primary", result.Output, StringComparison.Ordinal);
        AssertPlain(result);
    }

    [Fact]
    public async Task Doctor_RedisThatEvicts_IsWarnedOf()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(TestContext.Current.CancellationToken));
        var well = await RunAsync(["doctor"], [$"Redis:Connection={redis.ConnectionString}"]);
        Assert.True(well.ExitCode == 0, well.Output + well.Error);
        Assert.DoesNotContain("maxmemory-policy", well.Output, StringComparison.Ordinal);

        await redis.AskAsync(["config", "set", "maxmemory-policy", "allkeys-lru"], TestContext.Current.CancellationToken);
        var result = await RunAsync(["doctor"], [$"Redis:Connection={redis.ConnectionString}"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("maxmemory-policy is allkeys-lru", result.Output, StringComparison.Ordinal);
        Assert.Contains("noeviction", result.Output, StringComparison.Ordinal);
        AssertPlain(result);

        // The cache's may.
        await using var main = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(TestContext.Current.CancellationToken));
        string[] both = [$"Redis:Connection={main.ConnectionString}", $"Redis:Cache={redis.ConnectionString}"];
        var two = await RunAsync(["doctor"], both);
        Assert.DoesNotContain("maxmemory-policy", two.Output, StringComparison.Ordinal);

        // It may grow, but not be full and keep what nobody asks for any more.
        await redis.AskAsync(["config", "set", "maxmemory-policy", "noeviction"], TestContext.Current.CancellationToken);
        Assert.DoesNotContain("maxmemory-policy", (await RunAsync(["doctor"], both)).Output, StringComparison.Ordinal);
        await redis.AskAsync(["config", "set", "maxmemory", "10mb"], TestContext.Current.CancellationToken);
        var full = await RunAsync(["doctor"], both);
        Assert.Equal(0, full.ExitCode);
        Assert.Contains("note   Redis for the cache: maxmemory-policy is noeviction", full.Output, StringComparison.Ordinal);
        Assert.Contains("allkeys-lru", full.Output, StringComparison.Ordinal);
        AssertPlain(full);

        redis.Kill();
        var away = await RunAsync(["doctor"], both);
        Assert.Equal(0, away.ExitCode);
        Assert.Contains("note   Redis for the cache: ", away.Output, StringComparison.Ordinal);
        AssertPlain(away);
    }

    [Fact]
    public async Task Doctor_MailServer_IsAsked()
    {
        await using var sink = await Servers.SkipIfMissingAsync(() => SmtpSink.StartAsync(TestContext.Current.CancellationToken));
        string[] settings = [.. sink.Settings("https://images.example.org").Select(setting => $"{setting.Key}={setting.Value}")];
        var well = await RunAsync(["doctor"], settings);
        Assert.True(well.ExitCode == 0, well.Output + well.Error);
        Assert.Contains($"ok     mail: {sink.Address}:{sink.Port}", well.Output, StringComparison.Ordinal);
        Assert.Empty(sink.Mails);

        sink.Kill();
        var away = await RunAsync(["doctor"], settings);
        Assert.Equal(1, away.ExitCode);
        Assert.Contains("FAULT  mail: ", away.Output, StringComparison.Ordinal);
        Assert.Contains("Mail:Smtp", away.Output, StringComparison.Ordinal);
        AssertPlain(away);
    }

    [Fact]
    public async Task Doctor_AnEmptyFolder_IsWell()
    {
        var result = await RunAsync(["doctor"], []);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches("(ok|note) +image engine: decodes in processes that have no connections", result.Output);
        AssertPlain(result);
    }

    [Theory]
    [InlineData("serve", "Data=/proc/nowhere", 4, "/proc/nowhere")]
    [InlineData("serve", "Postgres:Accounts=" + Away, 4, "accounts database")]
    [InlineData("migrate", "Postgres:Accounts=" + Away, 4, "accounts database")]
    [InlineData("member add --email a@example.org", "Postgres:Accounts=" + Away, 4, "accounts database")]
    [InlineData("serve", "Listen=http://203.0.113.9:80", 5, "203.0.113.9")]
    [InlineData("serve", "Listen=nonsense", 2, "Listen")]
    [InlineData("serve", "Listen=https://localhost:1", 2, "Listen")]
    public async Task Command_WithoutWhatItNeeds_SaysSoAndEnds(string command, string setting, int exitCode, string named)
    {
        var result = await RunAsync(command.Split(' '), [setting]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        AssertPlain(result);
    }

    [Theory]
    [InlineData("Postgres:Accounts=Host=x;Database=y;Password=secret")]
    [InlineData("Postgres:Accounts=Host=x;Pasword=secret")]
    [InlineData("Postgres:Acounts=Host=x;Password=secret")]
    [InlineData("Redis:Connection=a,paswrd=secret")]
    [InlineData("S3:SecretKey=secret")]
    [InlineData("Mail:Smtp:Password=secret")]
    [InlineData("S3:Endpoint=http://user:secret@host")]
    [InlineData("Telemetry:Otlp=http://user:secret@host")]
    public async Task Config_NeverPrintsASecret(string setting)
    {
        var result = await RunAsync(["config"], [setting]);
        Assert.NotEmpty(result.Output + result.Error);
        AssertPlain(result);
    }

    [Fact]
    public async Task Config_AFileThatCannotBeRead_IsAFault()
    {
        var file = Path.Combine(_data, "bad.json");
        await File.WriteAllTextAsync(file, "{bad", TestContext.Current.CancellationToken);
        var result = await RunAsync(["config", "--config", file], []);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("bad.json", result.Error, StringComparison.Ordinal);
        AssertPlain(result);
    }

    [Fact]
    public async Task Set_Repeated_TheLastCounts()
    {
        var result = await RunAsync(["config", "--set", "Listen=http://localhost:1", "--set", "Listen=http://localhost:2"], []);
        Assert.Contains("Listen = http://localhost:2", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MemberAdd_WhileTheServerRuns_LetsTheMemberIn()
    {
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        // The code is in the log, in a line that can be opened as it is, once.
        var offered = await Eventually.GetAsync(
            () => Task.FromResult(server.Log.Where(line => line.Trim().StartsWith($"{server.Url}/register?invitation=", StringComparison.Ordinal)).ToList()),
            lines => lines.Count > 0, TimeSpan.FromSeconds(20));
        Assert.Single(offered);

        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string> { ["Data"] = server.Data }, ["member", "add", "--admin", "--email", "root@example.org"], TestContext.Current.CancellationToken);
        var password = added.Output.Split("Password: ")[1].Trim();
        using var root = await Scenario.ApiClient.SignedInAsync(new Uri(server.Url), "root@example.org", password);
        Assert.True((await root.JsonAsync("/api/v1/me")).GetProperty("isAdministrator").GetBoolean());
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static void AssertPlain(CommandResult result)
    {
        Assert.DoesNotContain("secret", result.Output + result.Error, StringComparison.Ordinal);
        // No stack trace, and no log of what is told anyway.
        Assert.DoesNotContain("   at ", result.Output + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", result.Output + result.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> RunAsync(string[] command, string[] settings)
    {
        var all = new Dictionary<string, string> { ["Data"] = _data };
        foreach (var setting in settings) all[setting.Split('=')[0]] = setting.Split('=', 2)[1];
        return PixelCraftProcess.RunCommandAsync(all, command, TestContext.Current.CancellationToken);
    }
}
