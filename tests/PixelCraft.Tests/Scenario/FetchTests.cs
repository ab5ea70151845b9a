using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PixelCraft.Cluster;
using PixelCraft.Server.Commands;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary><c>POST /api/v1/images:fetch</c> by HTTP against the built program, from a real server on this machine.</summary>
public sealed class FetchTests(FetchTests.Allowing installation) : IClassFixture<FetchTests.Allowing>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetch_OfAnImage_BecomesReady()
    {
        using var ada = await installation.SignInAsync("ada");
        using var answer = await FetchAsync(ada, "/once/my%20image.png", "unlisted");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = Text(await JsonAsync(answer), "id");
        Assert.Equal($"/api/v1/images/{id}", answer.Headers.Location!.OriginalString);
        var image = await ada.ProcessedAsync(id);
        Assert.Equal(
            ("ready", "my image.png", "unlisted", Convert.ToHexStringLower(SHA256.HashData(installation.File("/once/my image.png")))),
            (Text(image, "status"), Text(image, "fileName"), Text(image, "visibility"), Text(image, "sha256")));

        // The same again is the image that is there.
        using var again = await FetchAsync(ada, "/redirect?to=/once/my%20image.png");
        Assert.Equal((HttpStatusCode.OK, id), (again.StatusCode, Text(await JsonAsync(again), "id")));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/a.png", 422, "fetch-failed", "Port 1 ")]
    [InlineData("http://10.0.0.1/a.png", 422, "fetch-failed", "not on the public internet")]
    [InlineData("http://[::1]/a.png", 422, "fetch-failed", "not on the public internet")]
    [InlineData("http://169.254.169.254/latest/meta-data/", 422, "fetch-failed", "not on the public internet")]
    [InlineData("/redirect?to=http://10.0.0.1/a.png", 422, "fetch-failed", "not on the public internet")]
    [InlineData("/redirect?to=http://169.254.169.254/", 422, "fetch-failed", "not on the public internet")]
    [InlineData("/redirect?to=file:///etc/passwd", 422, "fetch-failed", "Only http and https")]
    [InlineData("ftp://example.org/a.png", 422, "fetch-failed", "Only http and https")]
    [InlineData("/404", 422, "fetch-failed", "404")]
    [InlineData("/never", 422, "fetch-failed", "longer than 2 seconds")]
    [InlineData("/half", 422, "fetch-failed", "longer than 2 seconds")]
    [InlineData("/cut", 422, "fetch-failed", "not in good order")]
    [InlineData("/large?length", 413, "file-too-large", "1 MB")]
    [InlineData("/large", 413, "file-too-large", "1 MB")]
    [InlineData("/page", 415, "unsupported-format", "JPEG")]
    [InlineData("/empty", 422, "no-file", "empty")]
    [InlineData("no url", 400, "invalid-request", "url")]
    [InlineData("", 400, "invalid-request", "url")]
    public async Task Fetch_ThatIsRefused_SaysWhyAndLeavesNothing(string url, int status, string code, string reason)
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var answer = await FetchAsync(ada, url);
        var problem = await JsonAsync(answer);
        Assert.Equal((status, code), ((int)answer.StatusCode, Text(problem, "code")));
        Assert.Contains(reason, Text(problem, "detail"), StringComparison.Ordinal);
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Fetch_OverTheQuota_IsRefusedAndTheRoomIsThereAgain()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var id = Text(await ben.JsonAsync("/api/v1/me"), "id");
        var file = installation.File("/once/quota");
        await QuotaAsync(file.Length - 1);
        using (var refused = await FetchAsync(ben, "/once/quota")) Assert.Equal("quota-exceeded", Text(await JsonAsync(refused), "code"));
        // What was refused or broken off holds nothing.
        using (await FetchAsync(ben, "/half")) await QuotaAsync(file.Length);
        using var answer = await FetchAsync(ben, "/once/quota");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        async Task QuotaAsync(long bytes)
        {
            using var set = await ada.SendAsync(HttpMethod.Patch, $"/api/v1/members/{id}", request => request.Content = JsonContent.Create(new { quotaBytes = bytes }));
            Assert.True(set.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task Fetch_WithAnIdempotencyKey_IsDoneOnce()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var first = await FetchAsync(ada, "/once/key", key: "k");
        using var again = await FetchAsync(ada, "/once/key", key: "k");
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, again.StatusCode));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(Text(await JsonAsync(first), "id"), Text(await JsonAsync(again), "id"));
        Assert.Equal(1, installation.Requests("/once/key"));
        foreach (var (url, visibility) in new[] { ("/once/other", (string?)null), ("/once/key", "public") })
        {
            using var reused = await FetchAsync(ada, url, visibility, "k");
            Assert.Equal((422, "idempotency-key-reused"), ((int)reused.StatusCode, Text(await JsonAsync(reused), "code")));
        }
        Assert.Equal(0, installation.Requests("/once/other"));
        // A key is a member's own.
        var before = installation.Requests("/404");
        using var foreign = await FetchAsync(ben, "/404", key: "k");
        Assert.Equal("fetch-failed", Text(await JsonAsync(foreign), "code"));
        // What was refused may be sent again under its key.
        using var retried = await FetchAsync(ben, "/404", key: "k");
        Assert.Equal(before + 2, installation.Requests("/404"));
    }

    [Fact]
    public async Task Fetch_WithAKeyThatIsUnderWay_IsConflict()
    {
        using var ada = await installation.SignInAsync("ada");
        // Each takes two seconds.
        var answers = await Task.WhenAll(FetchAsync(ada, "/half", key: "busy"), FetchAsync(ada, "/half", key: "busy"));
        Assert.Equal([409, 422], answers.Select(answer => (int)answer.StatusCode).Order());
        Assert.NotNull(answers.Single(answer => answer.StatusCode == HttpStatusCode.Conflict).Headers.RetryAfter);
    }

    [Fact]
    public async Task Fetch_WithoutSession_IsRefused()
    {
        using var visitor = installation.Visitor();
        using var answer = await FetchAsync(visitor, "/once/visitor");
        Assert.Equal((HttpStatusCode.Unauthorized, 0), (answer.StatusCode, installation.Requests("/once/visitor")));
    }

    private Task<HttpResponseMessage> FetchAsync(ApiClient client, string url, string? visibility = null, string? key = null) => client.SendAsync(HttpMethod.Post, "/api/v1/images:fetch", request =>
    {
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        var body = new Dictionary<string, string> { ["url"] = url.StartsWith('/') ? installation.Origin + url : url };
        if (visibility is not null) body["visibility"] = visibility;
        request.Content = JsonContent.Create(body);
    });

    private static Task<JsonElement> JsonAsync(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    /// <summary>An embedded installation that may fetch from 127.0.0.1, and the server there.</summary>
    public sealed class Allowing(Servers servers) : Installation(servers), IAsyncDisposable
    {
        private readonly int _port = Ports.Free();
        private readonly Dictionary<string, (int Count, byte[] File)> _paths = [];
        private WebApplication _server = null!;
        private PixelCraftProcess _process = null!;

        public string Origin => $"http://127.0.0.1:{_port}";

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        /// <summary>The original files in the store; half-written ones included.</summary>
        public HashSet<string> Files() =>
            [.. Directory.EnumerateFiles(Path.Combine(_process.Data, "objects"), "*", SearchOption.AllDirectories).Where(file => !file.Contains("health", StringComparison.Ordinal) && !file.Contains("variants", StringComparison.Ordinal))];

        /// <summary>The image at a path, another one at each.</summary>
        public byte[] File(string path)
        {
            lock (_paths) return At(path).File;
        }

        /// <summary>How often a path was asked for.</summary>
        public int Requests(string path)
        {
            lock (_paths) return At(path).Count;
        }

        public new async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await _server.DisposeAsync();
        }

        private protected override async Task StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            _server = builder.Build();
            _server.Urls.Add(Origin);
            _server.Run(AnswerAsync);
            await _server.StartAsync(Cancellation);
            _process = await StartAsync(new Dictionary<string, string>
            {
                ["Fetch:AllowNetworks"] = "127.0.0.0/8",
                ["Fetch:Ports"] = $"80,{_port}",
                ["Fetch:Time"] = "00:00:02",
                ["Uploads:MaxBytes"] = "1000000",
            });
            await AddMembersAsync(new Dictionary<string, string> { ["Data"] = _process.Data });
        }

        private (int Count, byte[] File) At(string path)
        {
            if (_paths.TryGetValue(path, out var found)) return found;
            using var png = GeneratedImage.Png(2);
            return _paths[path] = (0, [.. png.ToArray(), .. Guid.NewGuid().ToByteArray()]);
        }

        private async Task AnswerAsync(HttpContext http)
        {
            var path = http.Request.Path.Value!;
            byte[] file;
            lock (_paths)
            {
                var (count, bytes) = At(path);
                _paths[path] = (count + 1, bytes);
                file = bytes;
            }
            switch (path)
            {
                case "/redirect": http.Response.Redirect(http.Request.Query["to"].ToString()); break;
                case "/404": http.Response.StatusCode = 404; break;
                case "/never": await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted); break;
                case "/half":
                    await http.Response.Body.WriteAsync(file.AsMemory(0, file.Length / 2), http.RequestAborted);
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                    await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
                    break;
                case "/cut":
                    http.Response.ContentLength = file.Length;
                    await http.Response.Body.WriteAsync(file.AsMemory(0, file.Length / 2), http.RequestAborted);
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                    http.Abort();
                    break;
                case "/large":
                    if (http.Request.QueryString.HasValue) http.Response.ContentLength = 1_000_001;
                    await http.Response.Body.WriteAsync(file, http.RequestAborted);
                    await http.Response.Body.WriteAsync(new byte[1_000_001 - file.Length], http.RequestAborted);
                    break;
                case "/page":
                    http.Response.ContentType = "image/png"; // a lie
                    await http.Response.WriteAsync("<!doctype html><title>no image</title>", http.RequestAborted);
                    break;
                case "/empty": break;
                default: await http.Response.Body.WriteAsync(file, http.RequestAborted); break;
            }
        }
    }
}
