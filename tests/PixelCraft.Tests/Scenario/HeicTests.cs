using System.Net;
using PixelCraft.Cluster;
using PixelCraft.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>HEIC where only a worker has the converter.</summary>
public sealed class HeicTests(Servers servers) : IDisposable
{
    private const string NoPrograms = "/nowhere";

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-heic-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Heic_IsTakenOnceAWorkerHasTheConverter_AndWaitsForThatWorker()
    {
        Assert.SkipWhen(HeicConverter.Path is null || !File.Exists("/usr/bin/heif-enc"), HeicConverter.HowToGetIt);
        var heic = Path.Combine(_folder, "a.heic");
        var photograph = (await servers.PhotographsAsync()).First(path => path.EndsWith(".jpg", StringComparison.Ordinal));
        var made = await Programs.RunAsync("heif-enc", ["-q", "50", photograph, "-o", heic], ct: Ct);
        Assert.True(made.ExitCode == 0, made.Error);

        var settings = await SplitInstallation.SettingsAsync(servers);
        await using var web = await PixelCraftProcess.StartAsync(As("web"), NoPrograms, Ct);
        await using var without = await PixelCraftProcess.StartAsync(As("worker"), NoPrograms, Ct);
        var added = await PixelCraftProcess.RunCommandAsync(As("web"), ["member", "add", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Ct);
        Assert.True(added.ExitCode == 0, added.Error);
        using var ada = await ApiClient.SignedInAsync(new Uri(web.Url), "ada@example.org", Installation.Password);
        using (var refused = await UploadAsync())
        {
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
            Assert.Contains("libheif-examples", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        string id;
        await using (await PixelCraftProcess.StartAsync(As("worker"), Ct))
        {
            using var taken = await UploadAsync();
            Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
            id = taken.Headers.Location!.ToString().Split('/')[^1];
            // The other worker may have taken it first, and put it back.
            Assert.Equal("ready", (await ada.ProcessedAsync(id)).GetProperty("status").GetString());
        }

        // Larger than any variant, and the server that makes it can't read the original.
        var url = await TransformCalls.UrlAsync(ada, id, new { width = 1500, format = "jpeg" });
        using var larger = await ada.GetAsync(url);
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (larger.StatusCode, larger.Content.Headers.ContentType!.MediaType));

        // No worker has it any more, and the server takes such files for a while: one waits, and is not said to be at fault.
        (await ada.SendAsync(HttpMethod.Delete, $"/api/v1/images/{id}")).EnsureSuccessStatusCode();
        File.AppendAllText(heic, "another one");
        using (var waiting = await UploadAsync())
        {
            Assert.Equal(HttpStatusCode.Accepted, waiting.StatusCode);
            id = waiting.Headers.Location!.ToString().Split('/')[^1];
        }
        await Eventually.GetAsync(() => Task.FromResult(without.Log.Count(line => line.Contains("libheif-examples", StringComparison.Ordinal))), count => count >= 2, TimeSpan.FromSeconds(30));
        Assert.Equal("processing", (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("status").GetString());
        await using var again = await PixelCraftProcess.StartAsync(As("worker"), Ct);
        Assert.Equal("ready", (await ada.ProcessedAsync(id)).GetProperty("status").GetString());

        Dictionary<string, string> As(string role) => new(settings) { ["Role"] = role };

        Task<HttpResponseMessage> UploadAsync() => ada.UploadAsync(File.OpenRead(heic), "a.heic");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
