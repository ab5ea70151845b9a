using System.Net;
using PixelCraft.Cluster;
using PixelCraft.Tests.Adapters.Rendering;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>The program on a catalogue over two databases, and the command that moves shards between them.</summary>
public sealed class ShardScenarioTests(ShardScenarioTests.OnTwo installation) : IClassFixture<ShardScenarioTests.OnTwo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Move_ByTheCommandWhileMembersUpload_LosesNothingThatWasAcknowledged()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        Assert.Equal("0-2047     catalogue\n2048-4095  catalogue2\n", (await installation.RunAsync("shard", "list")).Output);

        using var stop = new CancellationTokenSource();
        var uploads = new[] { ada, ben }.Select(client => UploadAsync(client, stop.Token)).ToList();
        var moved = await installation.RunAsync("shard", "move", "0-4095", "catalogue2");
        await stop.CancelAsync();
        var acknowledged = await Task.WhenAll(uploads);

        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Contains("0-4095 is in catalogue2.", moved.Output, StringComparison.Ordinal);
        Assert.Equal("0-4095     catalogue2\n", (await installation.RunAsync("shard", "list")).Output);
        foreach (var (client, ids) in new[] { ada, ben }.Zip(acknowledged))
        {
            Assert.NotEmpty(ids);
            foreach (var id in ids) Assert.Equal(id, (await client.JsonAsync($"/api/v1/images/{id}")).GetProperty("id").GetString());
            var listed = (await client.JsonAsync("/api/v1/images?owner=me&limit=100")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!).ToList();
            Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), listed);
        }
    }

    [Theory]
    [InlineData("4095-4096", "catalogue2", "there are 0 to 4095")]
    [InlineData("0-1", "elsewhere", "there are catalogue, catalogue2")]
    public async Task Move_OfWhatThereIsNot_SaysWhatThereIs(string range, string target, string says)
    {
        var result = await installation.RunAsync("shard", "move", range, target);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    /// <summary>Uploads one image after the other and returns those that were acknowledged.</summary>
    private static async Task<List<string>> UploadAsync(ApiClient client, CancellationToken stop)
    {
        var acknowledged = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            // Something behind its end makes it another image.
            byte[] bytes = [.. Png.Make(8, 8, 8, 2), .. Guid.NewGuid().ToByteArray()];
            using var answer = await client.UploadAsync(new MemoryStream(bytes), "a.png");
            if (answer.StatusCode == HttpStatusCode.Accepted)
                acknowledged.Add(Path.GetFileName(answer.Headers.Location!.OriginalString));
            else
                Assert.True(answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: not null }, $"{answer.StatusCode}");
            await Task.Delay(500, Cancellation);
        }
        return acknowledged;
    }

    /// <summary>A web server.</summary>
    public sealed class OnTwo(Servers servers) : Installation(servers)
    {
        private Dictionary<string, string> _settings = [];

        internal Task<CommandResult> RunAsync(params string[] arguments) => PixelCraftProcess.RunCommandAsync(_settings, arguments, Cancellation);

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        private protected override async Task StartAsync()
        {
            _settings = await ShardInstallation.SettingsAsync(Servers);
            _settings["Role"] = "web";
            await StartAsync(_settings);
            await AddMembersAsync(_settings);
        }
    }
}
