using PixelCraft.Jobs;
using PixelCraft.Server;
using PixelCraft.Server.Configuration;
using Xunit;

namespace PixelCraft.Tests.Configuration;

public sealed class SettingsTests
{
    private static readonly string[] Scaled =
    [
        "Postgres:Accounts=Host=a;Password=secret1", "Postgres:Catalogue=Host=b;Password=secret2", "Redis:Connection=localhost:6379,password=secret3",
        "S3:Endpoint=http://localhost:7480", "S3:Bucket=b", "S3:AccessKey=secret4", "S3:SecretKey=secret5",
    ];

    [Fact]
    public void Load_WithoutAnything_IsTheDefaultsWithoutFault()
    {
        var settings = Settings.Load([], null);
        Assert.Empty(settings.Faults);
        Assert.Empty(settings.Differences());
        Assert.Equal("http://localhost:8080", settings.Get<ServerOptions>().Listen);
    }

    [Fact]
    public void Load_ManyFaults_NamesEveryOneAtOnce()
    {
        var faults = Settings.Load(["Rolle=web", "Jobs:LeaseTime=soon", "Jobs:MaxFaults=0", "Accounts:Registration=7", "Listen"], null).Faults;
        Assert.Equal(5, faults.Count);
        Assert.Contains(faults, fault => fault.StartsWith("Rolle", StringComparison.Ordinal) && fault.Contains("Did you mean Role?", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Jobs:LeaseTime", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Jobs:MaxFaults", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("open, invitation, closed", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("--set Listen", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("worker")]
    public void Load_RoleThatSharesItsData_RefusesEmbeddedStores(string role)
    {
        var faults = Settings.Load([$"Role={role}"], null).Faults;
        Assert.Equal(["Postgres:Accounts", "Postgres:Catalogue", "Redis:Connection", "S3:Endpoint"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]).Order());
        Assert.Empty(Settings.Load([$"Role={role}", .. Scaled], null).Faults);
    }

    [Theory]
    [InlineData("Postgres:Shards: there is no database catalogue3; set Postgres:Catalogue3.", "Postgres:Catalogue=Host=a", "Postgres:Catalogue2=Host=b", "Postgres:Shards=0-99 catalogue, 100-4095 catalogue3")]
    [InlineData("Postgres:Shards: shard 100 is in no range.", "Postgres:Catalogue=Host=a", "Postgres:Catalogue2=Host=b", "Postgres:Shards=0-99 catalogue, 101-4095 catalogue2")]
    [InlineData("Postgres:Catalogue: missing; it is the first of the catalogue's databases and keeps the table of shards.", "Postgres:Catalogue2=Host=b", "Postgres:Catalogue3=Host=c")]
    [InlineData("Postgres:Catalogue2: names no Host.", "Postgres:Catalogue=Host=a", "Postgres:Catalogue2=Database=b")]
    public void Load_ShardsThatDontFit_SaysWhy(string fault, params string[] sets) => Assert.Equal([fault], Settings.Load(sets, null).Faults);

    [Fact]
    public void Load_UnknownRole_IsAFault() => Assert.Contains("all", Assert.Single(Settings.Load(["Role=wbe"], null).Faults), StringComparison.Ordinal);

    [Fact]
    public void Load_S3ByHalf_NamesWhatIsMissing()
    {
        var faults = Settings.Load(["S3:Endpoint=http://localhost:7480", "S3:Bucket=b"], null).Faults;
        Assert.Equal(["S3:AccessKey", "S3:SecretKey"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("Mail:From, Mail:Site", "Mail:Smtp:Host=smtp.example.org")]
    [InlineData("Mail:Smtp:Host", "Mail:Smtp:User=ada", "Mail:Smtp:Password=secret")]
    [InlineData("Mail:Smtp:Host", "Mail:Smtp:Port=25")]
    [InlineData("Mail:Smtp:Password", "Mail:Smtp:Host=smtp.example.org", "Mail:Smtp:User=ada", "Mail:From=images@example.org", "Mail:Site=https://images.example.org")]
    [InlineData("Mail:Smtp:Tls", "Mail:Smtp:Host=smtp.example.org", "Mail:Smtp:User=ada", "Mail:Smtp:Password=secret", "Mail:Smtp:Tls=none")]
    [InlineData("Mail:Smtp:Tls", "Mail:Smtp:Host=smtp.example.org", "Mail:Smtp:Tls=ssl")]
    [InlineData("Mail:From, Mail:Site", "Mail:From=images", "Mail:Site=images.example.org")]
    [InlineData("Mail:From", "Mail:From=images@example.org\r\nBcc: eve@example.org")]
    [InlineData("Mail:Smtp:Timeout", "Mail:Smtp:Timeout=01:00:00")]
    [InlineData("Mail:Smtp:Pasword", "Mail:Smtp:Pasword=secret")]
    public void Load_MailByHalfOrWrong_NamesEachFault(string settings, params string[] sets)
    {
        var faults = Settings.Load(sets, null).Faults;
        Assert.Equal(settings, string.Join(", ", faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]).Order()));
        Assert.DoesNotContain(faults, fault => fault.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_MailOfARoleOfMany_NeedsAServer_OrIsOff()
    {
        Assert.StartsWith("Mail:Smtp:Host: missing", Assert.Single(Settings.Load(["Role=web", .. Scaled, "Mail:From=images@example.org"], null).Faults), StringComparison.Ordinal);
        Assert.Empty(Settings.Load(["Role=web", .. Scaled, "Mail:Smtp:Host=smtp.example.org", "Mail:From=Our images <images@example.org>", "Mail:Site=https://images.example.org"], null).Faults);
        Assert.Empty(Settings.Load(["Mail:From=images@example.org"], null).Faults);
    }

    [Fact]
    public void Differences_NeverShowASecret()
    {
        var shown = string.Join('\n', Settings.Load(Scaled, null).Differences().Select(difference => difference.Value));
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
        Assert.Contains("(hidden)", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_AfterSet_IsTheValue() => Assert.Equal(TimeSpan.FromSeconds(5), Settings.Load(["Jobs:LeaseTime=00:00:05"], null).Get<JobQueueOptions>().LeaseTime);

    [Fact]
    public void Load_AFileThatIsMissing_IsAFault() => Assert.Single(Settings.Load([], "/nowhere/pixelcraft.json").Faults);
}

public sealed class RolesTests
{
    [Fact]
    public void All_RunsEveryPart()
    {
        // By what they add: of some, a role takes only the contracts.
        var every = Roles.Table.Values.SelectMany(parts => parts).Select(part => part.Add).ToHashSet();
        Assert.Equal(every, [.. Roles.Table[Roles.All].Select(part => part.Add)]);
    }

    [Fact]
    public void WebAndWorker_TogetherRunEveryPart_AndShareNone()
    {
        Assert.Empty(Roles.Table["web"].Intersect(Roles.Table["worker"]));
        Assert.Equal([.. Roles.Table[Roles.All]], Roles.Table["web"].Union(Roles.Table["worker"]).ToHashSet());
    }

    [Fact]
    public void Worker_HasNoRoutes() => Assert.All(Roles.Table["worker"], part => Assert.Null(part.Map));
}
