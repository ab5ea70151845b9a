using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>What was acknowledged is never lost, and what was refused leaves nothing: the embedded program killed and out of room.</summary>
public sealed partial class DurabilityTests(Servers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // by tus, in pieces
    public async Task Kill_DuringFiftyUploads_LosesNothingThatWasAcknowledged(bool resumable)
    {
        var folder = Directory.CreateTempSubdirectory("pixelcraft-killed-");
        var settings = new Dictionary<string, string> { ["Data"] = Path.Combine(folder.FullName, "data"), ["Limits:Enabled"] = "false" };
        try
        {
            await AddMemberAsync(settings);
            var acknowledged = new Dictionary<string, string>();
            await using (var server = await PixelCraftProcess.StartAsync(settings, Cancellation))
                await UploadFiftyAsync(server, resumable, acknowledged, server.Kill);
            Assert.InRange(acknowledged.Count, 20, 49);

            await AllIsThereAsync(settings, acknowledged);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// A power cut can drop whatever was not synced, and kill -9 can't show it. So the order of the system calls is looked at: what the
    /// answer rests on is synced before the answer is sent.
    /// </summary>
    [Fact]
    public async Task Upload_BeforeItIsAcknowledged_IsSyncedWithItsFolderAndItsRecord()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed (Debian package strace).");
        var folder = Directory.CreateTempSubdirectory("pixelcraft-synced-");
        var settings = new Dictionary<string, string> { ["Data"] = Path.Combine(folder.FullName, "data") };
        try
        {
            await AddMemberAsync(settings);
            await using var server = await PixelCraftProcess.StartAsync(settings, Cancellation);
            using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
            var output = Path.Combine(folder.FullName, "calls");
            using var strace = Process.Start(new ProcessStartInfo(
                "strace", ["-f", "-y", "-s", "100", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg", "-o", output, "-p", $"{server.Id}"])
            { RedirectStandardError = true })!;
            var said = await strace.StandardError.ReadLineAsync(Cancellation);
            Assert.SkipUnless(said?.Contains("attached", StringComparison.Ordinal) == true, $"This machine lets nobody trace: {said}");

            var id = await DirectAsync(ada, Unique(40_000));
            Assert.Equal(0, await RunAsync("kill", "-INT", $"{strace.Id}"));
            await strace.WaitForExitAsync(Cancellation);

            var calls = SystemCall.Read(await File.ReadAllLinesAsync(output, Cancellation));
            var answer = Assert.Single(calls, call => call.Text.Contains("202 Accepted", StringComparison.Ordinal));
            var rename = Assert.Single(calls, call => call.Name.StartsWith("rename", StringComparison.Ordinal) && call.Text.Contains($"originals_{id}", StringComparison.Ordinal));
            var paths = rename.Text.Split('"');
            Assert.Contains(calls, call => IsSyncOf(call, paths[1]) && call.End < rename.Begin);
            var entry = Assert.Single(calls, call => IsSyncOf(call, Path.GetDirectoryName(paths[3])!) && call.Begin > rename.End);
            Assert.Contains(calls, call => IsSyncOf(call, Path.Combine(settings["Data"], "catalogue.db-wal")) && call.Begin > entry.End && call.End < answer.Begin);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsSyncOf(SystemCall call, string path) =>
        call.Name is "fsync" or "fdatasync" && call.Text.Contains($"<{path}>", StringComparison.Ordinal);

    /// <summary>A call as strace tells it, from the line of its beginning to that of its end.</summary>
    private sealed record SystemCall(string Name, string Text, int Begin, int End)
    {
        public static List<SystemCall> Read(string[] lines)
        {
            var calls = new List<SystemCall>();
            var unfinished = new Dictionary<string, (string Text, int Begin)>();
            for (var i = 0; i < lines.Length; i++)
            {
                // "1234  fsync(5</a/b>) = 0", or in two pieces when another thread came in between.
                var space = lines[i].IndexOf(' ', StringComparison.Ordinal);
                var (thread, text) = (lines[i][..space], lines[i][space..].Trim());
                if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal)) unfinished[thread] = (text, i);
                else if (text.StartsWith("<... ", StringComparison.Ordinal))
                {
                    if (unfinished.Remove(thread, out var begun)) calls.Add(New(begun.Text + text, begun.Begin, i));
                }
                else calls.Add(New(text, i, i));
            }
            return calls;
        }

        private static SystemCall New(string text, int begin, int end) => new(text.Split('(')[0], text, begin, end);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(300, false)]
    [InlineData(2_000, false)]
    [InlineData(0, true)]
    [InlineData(300, true)]
    public async Task Upload_OnAFullDisk_Is507AndLeavesNothing_AndReadsGoOn(int freeKilobytes, bool resumable)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small file system needs root.");
        var folder = Directory.CreateTempSubdirectory("pixelcraft-full-");
        var settings = new Dictionary<string, string> { ["Data"] = folder.FullName, ["Limits:Enabled"] = "false", ["Logging:Level"] = "Warning" };
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "none", folder.FullName) == 0, "This machine mounts no file system.");
        try
        {
            await AddMemberAsync(settings);
            await using var server = await PixelCraftProcess.StartAsync(settings, Cancellation);
            using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
            var first = await DirectAsync(ada, Unique(40_000));
            Assert.Equal("ready", (await ada.ProcessedAsync(first)).GetProperty("status").GetString());
            var filler = Path.Combine(folder.FullName, "filler");
            Fill(filler, folder.FullName, freeKilobytes * 1024L);
            var objects = Objects(folder.FullName);

            var refused = 0;
            for (var i = 0; i < 20 && refused < 3; i++)
            {
                using var answer = await SendAsync(ada, Unique(500_000), resumable);
                if (answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Created)
                {
                    objects = Objects(folder.FullName);
                    continue;
                }
                refused++;
                Assert.True(answer.StatusCode == HttpStatusCode.InsufficientStorage, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
                Assert.Equal("storage-full", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
                if (!resumable) Assert.DoesNotContain(Objects(folder.FullName).Except(objects), name => name.StartsWith("originals", StringComparison.Ordinal));
                Assert.Empty(Directory.GetFiles(Path.Combine(folder.FullName, "objects", "tmp")));
                using var read = await ada.GetAsync($"/p/{first}/original");
                Assert.Equal(HttpStatusCode.OK, read.StatusCode);
                Assert.Equal(40_000, (await read.Content.ReadAsByteArrayAsync(Cancellation)).Length);
            }
            Assert.Equal(3, refused);

            File.Delete(filler);
            await Eventually.TrueAsync(async () =>
            {
                using var answer = await SendAsync(ada, Unique(40_000), resumable);
                return answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Created;
            });
        }
        finally
        {
            await RunAsync("umount", folder.FullName);
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Bytes that go on, variants, variants on demand: nothing that was begun is lost when the disk fills up, and all of it is done when there is room.</summary>
    [Fact]
    public async Task Disk_ThatFillsUpMeanwhile_EndsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small file system needs root.");
        var photographs = (await servers.PhotographsAsync()).Select(path => new FileInfo(path)).Where(file => file.Length < 8_000_000).OrderBy(file => file.Length).ToList();
        var folder = Directory.CreateTempSubdirectory("pixelcraft-full-");
        var settings = new Dictionary<string, string> { ["Data"] = folder.FullName, ["Limits:Enabled"] = "false" };
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=48m", "none", folder.FullName) == 0, "This machine mounts no file system.");
        try
        {
            await AddMemberAsync(settings);
            await using var server = await PixelCraftProcess.StartAsync(settings, Cancellation);
            using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
            var there = await ada.UploadedAsync(photographs[0].FullName);
            Assert.Equal("ready", (await ada.ProcessedAsync(there)).GetProperty("status").GetString());
            var onDemand = await TransformCalls.UrlAsync(ada, there, new { width = 640, format = "jpeg" });
            var file = Unique(500_000);
            using var created = await SendAsync(ada, file, resumable: true, first: 10_000);
            var upload = created.Headers.Location!.OriginalString;

            // A large one, which takes longer to decode than the disk to fill.
            var waiting = await ada.UploadedAsync(photographs[^1].FullName);
            var filler = Path.Combine(folder.FullName, "filler");
            Fill(filler, folder.FullName, leave: 0);

            using (var patched = await PatchAsync(ada, upload, file, 10_000)) await FullAsync(patched);
            using (var made = await ada.GetAsync(onDemand)) await FullAsync(made);
            await Eventually.TrueAsync(async () => System.Text.RegularExpressions.Regex.IsMatch(
                await TextAsync(ada, "/metrics"), """pixelcraft_job_duration_seconds_count\{[^}]*kind="render-image"[^}]*outcome="put-back".*"""), "The job of the image is put back");
            Assert.Equal("processing", (await ada.JsonAsync($"/api/v1/images/{waiting}")).GetProperty("status").GetString());
            using (var read = await ada.GetAsync($"/p/{there}/original")) Assert.Equal(photographs[0].Length, (await read.Content.ReadAsByteArrayAsync(Cancellation)).Length);

            File.Delete(filler);
            Assert.Equal("ready", (await ada.ProcessedAsync(waiting)).GetProperty("status").GetString());
            using (var made = await ada.GetAsync(onDemand)) Assert.Equal(HttpStatusCode.OK, made.StatusCode);
            using var head = await ada.SendAsync(HttpMethod.Head, upload, request => request.Headers.Add("Tus-Resumable", "1.0.0"));
            var offset = int.Parse(head.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
            Assert.InRange(offset, 10_000, file.Length);
            using var rest = await PatchAsync(ada, upload, file, offset);
            Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
            var image = await ada.JsonAsync($"/api/v1/images/{rest.Headers.GetValues("Pixelcraft-Image").Single()}");
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), image.GetProperty("sha256").GetString());
        }
        finally
        {
            await RunAsync("umount", folder.FullName);
            folder.Delete(recursive: true);
        }

        static async Task FullAsync(HttpResponseMessage answer)
        {
            Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
            Assert.Equal("storage-full", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Form_OnAFullDisk_ComesBackAsItWasSent_AndCanBeSentAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small file system needs root.");
        var folder = Directory.CreateTempSubdirectory("pixelcraft-full-");
        var settings = new Dictionary<string, string> { ["Data"] = folder.FullName, ["Logging:Level"] = "Warning" };
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "none", folder.FullName) == 0, "This machine mounts no file system.");
        try
        {
            await AddMemberAsync(settings);
            await using var server = await PixelCraftProcess.StartAsync(settings, Cancellation);
            using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
            var id = await DirectAsync(ada, Unique(40_000));
            await ada.ProcessedAsync(id);
            var filler = Path.Combine(folder.FullName, "filler");
            Fill(filler, folder.FullName, leave: 0);

            // The database may have some room left in its files.
            var sent = await Eventually.GetAsync(() => EditAsync(ada, id), answer => answer.Status != HttpStatusCode.Found, TimeSpan.FromSeconds(30));
            Assert.Equal(HttpStatusCode.InsufficientStorage, sent.Status);
            Assert.Contains("There is no room left on the server.", sent.Page, StringComparison.Ordinal);
            Assert.Contains($">{sent.Description}</textarea>", sent.Page, StringComparison.Ordinal);

            File.Delete(filler);
            await Eventually.GetAsync(() => EditAsync(ada, id), answer => answer.Status == HttpStatusCode.Found, TimeSpan.FromSeconds(15));
        }
        finally
        {
            await RunAsync("umount", folder.FullName);
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Sends the form that edits an image, as a browser without script does.</summary>
    private static async Task<(HttpStatusCode Status, string Page, string Description)> EditAsync(ApiClient client, string id)
    {
        using var shown = await client.GetAsync($"/images/{id}");
        var page = await shown.Content.ReadAsStringAsync(Cancellation);
        var description = Convert.ToHexString(RandomNumberGenerator.GetBytes(2_400));
        using var answer = await client.SendAsync(HttpMethod.Post, $"/images/{id}", request => request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "edit",
            ["antiforgery"] = Value("antiforgery"),
            ["Input.Version"] = Value("Input.Version"),
            ["Input.Description"] = description,
            ["Input.Visibility"] = "private",
        }));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation), description);

        string Value(string field) => System.Text.RegularExpressions.Regex.Match(page, $"name=\"{field}\" value=\"([^\"]*)\"").Groups[1].Value;
    }

    /// <summary>
    /// Sends fifty files, and lets the disaster happen when some are done and the others at every stage. The id and the SHA-256 of
    /// each that was answered 202 go into <paramref name="acknowledged"/>.
    /// </summary>
    private static async Task UploadFiftyAsync(PixelCraftProcess server, bool resumable, Dictionary<string, string> acknowledged, Action disaster)
    {
        using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), new ParallelOptions { MaxDegreeOfParallelism = 10, CancellationToken = Cancellation }, async (_, _) =>
        {
            var file = Unique(40_000);
            try
            {
                var id = resumable ? await ResumableAsync(ada, file) : await DirectAsync(ada, file);
                lock (acknowledged)
                {
                    acknowledged.Add(id, Convert.ToHexStringLower(SHA256.HashData(file)));
                    if (acknowledged.Count == 20) disaster();
                }
            }
            catch (HttpRequestException)
            {
                // Not acknowledged: the server is dead, or its disk.
            }
        });
    }

    /// <summary>The next server on the same data has all of it, with the right bytes, and makes it ready.</summary>
    private static async Task AllIsThereAsync(Dictionary<string, string> settings, Dictionary<string, string> acknowledged)
    {
        await using var server = await PixelCraftProcess.StartAsync(settings, Cancellation);
        using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
        foreach (var (id, sha256) in acknowledged)
        {
            Assert.Equal(sha256, (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("sha256").GetString());
            using var original = await ada.GetAsync($"/p/{id}/original");
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(await original.Content.ReadAsByteArrayAsync(Cancellation))));
        }
        foreach (var id in acknowledged.Keys) Assert.Equal("ready", (await ada.ProcessedAsync(id)).GetProperty("status").GetString());
    }

    private static async Task AddMemberAsync(Dictionary<string, string> settings)
    {
        var added = await PixelCraftProcess.RunCommandAsync(
            settings, ["member", "add", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Cancellation);
        Assert.True(added.ExitCode == 0, added.Output + added.Error);
    }

    private static async Task<string> DirectAsync(ApiClient client, byte[] file)
    {
        using var answer = await client.UploadAsync(new MemoryStream(file), "a.png");
        if (answer.StatusCode != HttpStatusCode.Accepted) throw new HttpRequestException($"{answer.StatusCode}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!;
    }

    private static async Task<string> ResumableAsync(ApiClient client, byte[] file)
    {
        using var created = await SendAsync(client, file, resumable: true, first: 10_000);
        if (created.StatusCode != HttpStatusCode.Created) throw new HttpRequestException($"{created.StatusCode}");
        using var patched = await PatchAsync(client, created.Headers.Location!.OriginalString, file, 10_000);
        if (patched.StatusCode != HttpStatusCode.NoContent) throw new HttpRequestException($"{patched.StatusCode}");
        return patched.Headers.GetValues("Pixelcraft-Image").Single();
    }

    private static async Task<string> TextAsync(ApiClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private static Task<HttpResponseMessage> PatchAsync(ApiClient client, string upload, byte[] file, int offset) => client.SendAsync(HttpMethod.Patch, upload, request =>
    {
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", $"{offset}");
        request.Content = new ByteArrayContent(file[offset..]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
    });

    private static Task<HttpResponseMessage> SendAsync(ApiClient client, byte[] file, bool resumable, int first = int.MaxValue) => resumable
        ? client.SendAsync(HttpMethod.Post, "/api/v1/uploads", request =>
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add("Upload-Length", $"{file.Length}");
            request.Content = new ByteArrayContent(file, 0, Math.Min(file.Length, first));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        })
        : client.UploadAsync(new MemoryStream(file), "a.png");

    /// <summary>A small PNG with bytes behind its end, which readers pass over: an image that no other is.</summary>
    private static byte[] Unique(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==").CopyTo(bytes, 0);
        return bytes;
    }

    private static void Fill(string filler, string folder, long leave)
    {
        using var file = File.Create(filler);
        var block = new byte[64 * 1024];
        try
        {
            while (new DriveInfo(folder).AvailableFreeSpace > leave + block.Length) file.Write(block);
            while (leave == 0) file.Write(block.AsSpan(0, 4096));
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>The keys of all objects.</summary>
    private static HashSet<string> Objects(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(folder, "objects", "objects"), "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
