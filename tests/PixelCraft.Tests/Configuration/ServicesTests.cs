using Microsoft.AspNetCore.Routing;
using PixelCraft.Server;
using PixelCraft.Server.Commands;
using PixelCraft.Server.Configuration;
using Xunit;

namespace PixelCraft.Tests.Configuration;

/// <summary>The table of which process answers which path, against the routes that there are.</summary>
public sealed class ServicesTests
{
    public static TheoryData<string> Modules => [.. Roles.Services.Select(service => service.Role).Distinct()];

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task Path_OfEveryRoute_LeadsToTheProcessThatHasIt(string role)
    {
        await using var app = ServerHost.Build(Load(role), quiet: true);
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).Distinct()
            // Every process has these for itself, and the pages.
            .Where(path => path.Split('/')[1] is "api" or "i" or "p" or "t" or "live" && path != "/api/v1/status").ToList();
        Assert.NotEmpty(routes);
        Assert.All(routes, path => Assert.Equal(role, RoleOf(path)));
    }

    [Theory]
    [InlineData("/api/v1/me/export", "accounts")]
    [InlineData("/api/v1/session", "accounts")]
    [InlineData("/api/v1/sessions/x", "accounts")]
    [InlineData("/api/v1/images:fetch", "images")]
    [InlineData("/account", "accounts")]
    [InlineData("/accounts-of-a-journey", "images")]
    [InlineData("/live/rooms", "realtime")]
    [InlineData("/", "images")]
    public void Path_LeadsToItsModule(string path, string role) => Assert.Equal(role, RoleOf(path));

    [Fact]
    public async Task Map_OfTheLoadBalancer_IsWhatTheCommandPrints() => Assert.Equal(
        RoutesCommand.Text, await File.ReadAllTextAsync(Path.Combine(PixelCraft.Cluster.Repository.Root, "deploy/nginx/services.map"), TestContext.Current.CancellationToken));

    [Fact]
    public void EveryRole_CanBeComposed_AndLeavesTheProcessAsItIs()
    {
        // What is set in the environment would be that of every process that this one starts.
        var before = Variables();
        foreach (var role in Roles.Table.Keys)
        {
            using var app = (IDisposable)ServerHost.Build(Load(role), quiet: true);
        }
        Assert.Equal(before, Variables());

        static IEnumerable<string> Variables() => [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(one => $"{one.Key}={one.Value}").Order(StringComparer.Ordinal)];
    }

    /// <summary>As nginx reads the map.</summary>
    private static string RoleOf(string path)
    {
        foreach (var line in RoutesCommand.Text.Split('\n').Where(line => line.StartsWith('~')))
        {
            var (pattern, role) = (line.Split(' ')[0][1..], line.Split(' ')[1].TrimEnd(';'));
            if (System.Text.RegularExpressions.Regex.IsMatch(path, pattern)) return role;
        }
        return RoutesCommand.Text.Split('\n').Single(line => line.StartsWith("default ", StringComparison.Ordinal))["default ".Length..].TrimEnd(';');
    }

    private static Settings Load(string role)
    {
        var settings = Settings.Load(
            [
                $"Role={role}", "Postgres:Accounts=Host=db", "Postgres:Catalogue=Host=db", "Redis:Connection=redis",
                "S3:Endpoint=http://s3", "S3:Bucket=b", "S3:AccessKey=a", "S3:SecretKey=s",
            ],
            null);
        Assert.Empty(settings.Faults);
        return settings;
    }
}
