using System.Globalization;
using System.Net;
using System.Text.Json;
using PixelCraft.Cluster;
using PixelCraft.Tests.Adapters.Rendering;
using PixelCraft.Tests.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Odd files to the running program: each has its answer, nothing of what was refused stays, and its memory does not grow.</summary>
public sealed class OddUploadsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_OfHundredsOfOddFiles_EachHasItsAnswer()
    {
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Limits:Enabled"] = "false", ["Engine:MemoryLimit"] = "384", ["Logging:Level"] = "Warning" }, Cancellation);
        using var ada = await AdaAsync(server);
        var files = new OddFiles();

        var taken = new HashSet<string>(await SendAsync(ada, files, 10_000, 100));
        var before = Memory(server.Id);
        taken.UnionWith(await SendAsync(ada, files, 20_000, 400));

        Assert.True(taken.Count > 100, $"Only {taken.Count} were taken.");
        foreach (var id in taken)
        {
            var image = await ada.ProcessedAsync(id);
            if (image.GetProperty("status").GetString() == "ready") continue;
            Assert.Equal("failed", image.GetProperty("status").GetString());
            Assert.Matches(@"^(The|This) [^{}<>]+\.$", image.GetProperty("failureReason").GetString());
        }
        var originals = Directory.EnumerateFiles(Path.Combine(server.Data, "objects", "objects"), "originals_*", SearchOption.AllDirectories);
        Assert.Equal(taken.Order(), originals.Select(path => Path.GetFileName(path)["originals_".Length..]).Order());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.Data, "objects", "tmp")));
        Assert.InRange(Memory(server.Id) - before, long.MinValue, 100);
    }

    [Fact]
    public async Task Heic_WhereItsConverterIsMissing_IsRefusedWithWhatToInstall_AndLeavesNothing()
    {
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), path: "/nowhere", Cancellation);
        using var ada = await AdaAsync(server);

        using var answer = await ada.UploadAsync(new MemoryStream(ImageHeaderScannerTests.Heic), "a.jpg");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("libheif-examples", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.Data, "objects"), "*", SearchOption.AllDirectories));
    }

    private static async Task<ApiClient> AdaAsync(PixelCraftProcess server)
    {
        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string> { ["Data"] = server.Data }, ["member", "add", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Cancellation);
        Assert.True(added.ExitCode == 0, added.Error);
        return await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
    }

    /// <summary>Uploads some, and returns the ids of those that were taken.</summary>
    private static async Task<IReadOnlyList<string>> SendAsync(ApiClient client, OddFiles files, int first, int count)
    {
        var ids = new List<string>();
        await Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation }, async (number, _) =>
        {
            var (name, bytes) = files.Make(number);
            using var answer = await client.UploadAsync(new MemoryStream(bytes), name);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            // 200: the same bytes were there, and ready.
            Assert.True((int)answer.StatusCode is 200 or 202 or 413 or 415 or 422, $"{number} ({name}): {answer.StatusCode} {text}");
            var json = JsonSerializer.Deserialize<JsonElement>(text);
            if (!answer.IsSuccessStatusCode) Assert.NotEmpty(json.GetProperty("title").GetString()!);
            else lock (ids) ids.Add(json.GetProperty("id").GetString()!);
        });
        return ids;
    }

    /// <summary>What a process has in memory, in MB.</summary>
    private static int Memory(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
