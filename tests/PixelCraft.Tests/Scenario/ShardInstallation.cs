using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Processes <c>web</c> and <c>worker</c> on a catalogue over two PostgreSQL servers, half of the shards on each.</summary>
public sealed class ShardInstallation(Servers servers) : Installation(servers)
{
    private Dictionary<string, string> _settings = [];

    internal override async Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => (await StartAsync(As("web")), () => Task.FromResult(Url));

    private protected override async Task StartAsync()
    {
        _settings = await SettingsAsync(Servers);
        await StartAsync(As("web"));
        await StartAsync(As("worker"));
        await AddMembersAsync(As("web"));
    }

    /// <summary>As <see cref="SplitInstallation.SettingsAsync"/>, with a second server for the catalogue.</summary>
    internal static async Task<Dictionary<string, string>> SettingsAsync(Servers servers) => new(await SplitInstallation.SettingsAsync(servers))
    {
        ["Postgres:Catalogue2"] = await (await servers.SecondPostgresAsync()).CreateDatabaseAsync(Cancellation),
        ["Postgres:Shards"] = "0-2047 catalogue, 2048-4095 catalogue2",
    };

    private Dictionary<string, string> As(string role) => new(_settings) { ["Role"] = role };
}

public sealed class ShardThreadTests(ShardInstallation installation) : ThreadScenario(installation), IClassFixture<ShardInstallation>;
