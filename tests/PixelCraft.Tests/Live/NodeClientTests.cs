using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>The npm client, unchanged, by what docs/live-protocol.md says.</summary>
public sealed class NodeClientTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignalR_Unchanged_MovesSeesAndComesBackAfterARestart()
    {
        var modules = Path.Combine(Repository.Root, "src/PixelCraft.Web/Client/node_modules");
        Assert.SkipUnless(Directory.Exists(Path.Combine(modules, "@microsoft/signalr-protocol-msgpack")), "@microsoft/signalr is not installed: the build installs it.");
        await using var installation = new SplitLiveInstallation(servers);
        await installation.InitializeAsync();
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        // Beside it at the other server: what it does is seen there, and goes on to be.
        await using var host = await LiveClient.ConnectAsync(installation.Other);
        await host.JoinAsync(image, "host");
        await host.MoveAsync(1_234, 4_321);
        var url = new UriBuilder(installation.One) { Path = "/live" }.Uri;
        var script = Path.Combine(Repository.Root, "tests/PixelCraft.Tests/Live/live-client.mjs");

        var run = Programs.RunAsync("node", [script, modules, $"{url}", image], ct: Cancel);
        await SeenAsync(32_001);
        // In good order, and then without warning.
        await installation.Realtime[0].RestartAsync(Cancel);
        await SeenAsync(32_002);
        installation.Realtime[0].Kill();
        await installation.Realtime[0].RestartAsync(Cancel);
        await SeenAsync(32_003);
        await host.MoveAsync(0, 0);

        var client = await run;
        Assert.True(client.ExitCode == 0, client.Output + client.Error);
        var lines = client.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, line => line.TryGetProperty("sees", out var place) && place[0].GetInt32() == 1_234 && place[1].GetInt32() == 4_321);
        Assert.Equal(["ok", "ok", "ok"], lines.Where(line => line.TryGetProperty("joined", out _)).Select(line => line.GetProperty("joined").GetString()));
        Assert.DoesNotContain(lines, line => line.TryGetProperty("doubled", out _) || line.TryGetProperty("end", out _));
        Assert.Empty(host.Doubled);
        await Eventually.TrueAsync(() => host.Names.SequenceEqual(["host"]));

        Task SeenAsync(int x) => Eventually.GetAsync(() => Task.FromResult(run.IsCompleted ? run.Result.Output + run.Result.Error : $"{host.CursorOf("Node")}"), _ => host.CursorOf("Node") is { } cursor && cursor.X == x, TimeSpan.FromSeconds(20));
    }
}
