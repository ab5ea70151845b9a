using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using PixelCraft.Adapters.S3;
using PixelCraft.Cluster;
using PixelCraft.Server.Commands;
using PixelCraft.Tests.Adapters.S3;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Uploads directly to the object store, by a plain HTTP client, with two web servers: each request goes to the other one.</summary>
public sealed class DirectUploadTests(DirectUploadTests.Pair pair) : IClassFixture<DirectUploadTests.Pair>
{
    private const string Direct = "/api/v1/uploads/direct";
    private static readonly HttpClient Store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_InTwoParts_BecomesTheImage()
    {
        var (one, two) = await pair.SignInAsync("ada");
        using (one)
        using (two)
        {
            var file = NewFile(9_000_000);
            var upload = await BegunAsync(one, new { fileName = "../large.png", bytes = file.Length, contentType = "image/png", sha256 = Sha256(file), visibility = "unlisted" });
            Assert.Equal(2, upload.GetProperty("parts").GetArrayLength());
            Assert.InRange(upload.GetProperty("expiresAt").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddHours(23), DateTimeOffset.UtcNow.AddHours(25));
            var etags = await PutAsync(upload, file);

            using var completed = await CompleteAsync(two, upload, etags);
            Assert.True(completed.StatusCode == HttpStatusCode.Accepted, await completed.Content.ReadAsStringAsync(Cancellation));
            var id = Id(upload);
            Assert.Equal($"/api/v1/images/{id}", completed.Headers.Location!.OriginalString);
            var image = await one.ProcessedAsync(id);
            Assert.Equal(
                ("ready", "large.png", "unlisted", "image/png", Sha256(file), file.Length),
                (Text(image, "status"), Text(image, "fileName"), Text(image, "visibility"), Text(image, "contentType"), Text(image, "sha256"), image.GetProperty("bytes").GetInt32()));
            using var original = await one.GetAsync($"/p/{id}/original");
            Assert.Equal(file, await original.Content.ReadAsByteArrayAsync(Cancellation));

            // Once more: the same answer.
            using var again = await CompleteAsync(one, upload, etags);
            Assert.Equal((HttpStatusCode.OK, id), (again.StatusCode, Text(await JsonAsync(again), "id")));
            // Its URLs have ended.
            using var late = await Store.PutAsync(Url(upload, 1), new ByteArrayContent(file[(8 * 1024 * 1024)..]), Cancellation);
            Assert.False(late.IsSuccessStatusCode);
            // Giving up what is done takes nothing away.
            using var ended = await two.SendAsync(HttpMethod.Delete, $"{Direct}/{id}");
            Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
            Assert.Equal("ready", Text(await one.JsonAsync($"/api/v1/images/{id}"), "status"));
        }
    }

    [Fact]
    public async Task Complete_OnBothServersAtOnce_MakesOneImage()
    {
        var (one, two) = await pair.SignInAsync("ada");
        using (one)
        using (two)
        {
            var file = NewFile();
            var upload = await BegunAsync(one, new { bytes = file.Length });
            var etags = await PutAsync(upload, file);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => CompleteAsync(i % 2 == 0 ? one : two, upload, etags)));
            Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 200 or 202 or 423, $"{answer.StatusCode}"));
            Assert.Contains(answers, answer => answer.IsSuccessStatusCode);
            Assert.Equal("ready", Text(await one.ProcessedAsync(Id(upload)), "status"));
        }
    }

    [Fact]
    public async Task Upload_OfTheSameBytes_IsTheImageThatIsThere()
    {
        var (one, two) = await pair.SignInAsync("ada");
        using (one)
        using (two)
        {
            var file = NewFile();
            using var first = await one.UploadAsync(new MemoryStream(file), "first.png");
            var id = Text(await JsonAsync(first), "id")!;
            await one.ProcessedAsync(id);
            var upload = await BegunAsync(one, new { bytes = file.Length });
            using var answer = await CompleteAsync(two, upload, await PutAsync(upload, file));
            Assert.Equal((HttpStatusCode.OK, id), (answer.StatusCode, Text(await JsonAsync(answer), "id")));
            await NothingLeftAsync(upload);
        }
    }

    [Theory]
    [InlineData("image/jpeg", null, false, 422, "not-as-announced")]
    [InlineData("image/png", "0000000000000000000000000000000000000000000000000000000000000000", false, 422, "not-as-announced")]
    [InlineData(null, null, true, 415, "unsupported-format")]
    public async Task Complete_OfAnotherFileThanAnnounced_IsRefusedAndLeavesNothing(string? type, string? sha256, bool noImage, int status, string code)
    {
        var (one, two) = await pair.SignInAsync("ben");
        using (one)
        using (two)
        {
            var file = noImage ? RandomNumberGenerator.GetBytes(10_000) : NewFile();
            await pair.QuotaAsync(one, file.Length);
            try
            {
                var upload = await BegunAsync(one, new { bytes = file.Length, contentType = type, sha256 });
                var etags = await PutAsync(upload, file);
                await RefusedAsync(await one.SendAsync(HttpMethod.Post, Direct, request => request.Content = JsonContent.Create(new { bytes = 1 })), 413, "quota-exceeded");
                await RefusedAsync(await CompleteAsync(two, upload, etags), status, code);
                await RefusedAsync(await CompleteAsync(one, upload, etags), 404, "not-found");
                await NothingLeftAsync(upload);
                // The room is there again.
                await EndAsync(two, await BegunAsync(one, new { bytes = file.Length }));
            }
            finally
            {
                await pair.QuotaAsync(one, null);
            }
        }
    }

    [Fact]
    public async Task Complete_WithoutAPart_LetsItBePutAndCompletedAgain()
    {
        var (one, two) = await pair.SignInAsync("ada");
        using (one)
        using (two)
        {
            var file = NewFile(9_000_000);
            var upload = await BegunAsync(one, new { bytes = file.Length });
            using var first = await Store.PutAsync(Url(upload, 0), new ByteArrayContent(file[..(8 * 1024 * 1024)]), Cancellation);
            var etag = first.Headers.ETag!.Tag;
            // Other lengths the store does not take.
            foreach (var length in new[] { 10, file.Length })
            {
                using var lie = await Store.PutAsync(Url(upload, 1), new ByteArrayContent(file[..length]), Cancellation);
                Assert.Equal(HttpStatusCode.Forbidden, lie.StatusCode);
            }
            foreach (var etags in new string[][] { [], [etag], [etag, etag], [etag, "x"], [etag, ""], [etag, etag, etag] })
                await RefusedAsync(await CompleteAsync(two, upload, etags), 422, "wrong-parts");
            using var foreign = await pair.BenAsync();
            await RefusedAsync(await CompleteAsync(foreign, upload, [etag]), 404, "not-found");
            await RefusedAsync(await foreign.SendAsync(HttpMethod.Delete, $"{Direct}/{Id(upload)}"), 404, "not-found");
            // Tus doesn't know of it.
            using var head = await one.SendAsync(HttpMethod.Head, $"/api/v1/uploads/{Id(upload)}", request => request.Headers.Add("Tus-Resumable", "1.0.0"));
            Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);

            using var completed = await CompleteAsync(one, upload, await PutAsync(upload, file));
            Assert.Equal(HttpStatusCode.Accepted, completed.StatusCode);
        }
    }

    [Fact]
    public async Task Delete_GivesPartsAndRoomBack()
    {
        var (one, two) = await pair.SignInAsync("ben");
        using (one)
        using (two)
        {
            await pair.QuotaAsync(one, 1_000_000);
            try
            {
                var upload = await BegunAsync(one, new { bytes = 1_000_000 });
                await PutAsync(upload, new byte[1_000_000]);
                Assert.Contains($"originals/{Id(upload)}", await Bucket.UploadsAsync(pair.Options));
                await EndAsync(two, upload);
                await NothingLeftAsync(upload);
                await RefusedAsync(await CompleteAsync(one, upload, ["x"]), 404, "not-found");
                await RefusedAsync(await one.SendAsync(HttpMethod.Delete, $"{Direct}/{Id(upload)}"), 404, "not-found");
                await EndAsync(two, await BegunAsync(one, new { bytes = 1_000_000 }));
            }
            finally
            {
                await pair.QuotaAsync(one, null);
            }
        }
    }

    [Fact]
    public async Task Begin_WithAnIdempotencyKey_BeginsOne()
    {
        var (one, two) = await pair.SignInAsync("ada");
        using (one)
        using (two)
        {
            using var first = await KeyedAsync(one, 1_000);
            using var again = await KeyedAsync(two, 1_000);
            Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
            Assert.Equal(first.Headers.Location, again.Headers.Location);
            Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await again.Content.ReadAsStringAsync(Cancellation));
            await RefusedAsync(await KeyedAsync(two, 1_001), 422, "idempotency-key-reused");
            using var ended = await one.SendAsync(HttpMethod.Delete, first.Headers.Location!.OriginalString);
            Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        }

        static Task<HttpResponseMessage> KeyedAsync(ApiClient client, int bytes) => client.SendAsync(HttpMethod.Post, Direct, request =>
        {
            request.Headers.Add("Idempotency-Key", "direct");
            request.Content = JsonContent.Create(new { bytes });
        });
    }

    [Theory]
    [InlineData("""{ "bytes": 0 }""", 422, "no-file")]
    [InlineData("""{ "bytes": -1 }""", 422, "no-file")]
    [InlineData("""{ "bytes": 200000001 }""", 413, "file-too-large")]
    [InlineData("""{ "bytes": 1e30 }""", 400, "invalid-request")]
    [InlineData("""{ "bytes": 10, "contentType": "text/html" }""", 415, "unsupported-format")]
    [InlineData("""{ "bytes": 10, "sha256": "abc" }""", 400, "invalid-request")]
    [InlineData("""{ "bytes": 10, "visibility": "all" }""", 400, "invalid-request")]
    [InlineData("""{ }""", 400, "invalid-request")]
    public async Task Begin_OfWhatIsNotTaken_IsRefused(string body, int status, string code)
    {
        var (one, two) = await pair.SignInAsync("ada");
        using (one)
        using (two)
            await RefusedAsync(await one.SendAsync(HttpMethod.Post, Direct, request => request.Content = new StringContent(body, null, "application/json")), status, code);
    }

    [Fact]
    public async Task Begin_WithoutSession_IsRefused()
    {
        using var visitor = pair.Visitor();
        await RefusedAsync(await visitor.SendAsync(HttpMethod.Post, Direct, request => request.Content = JsonContent.Create(new { bytes = 1 })), 401, "sign-in-needed");
    }

    private static async Task<JsonElement> BegunAsync(ApiClient client, object request)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, Direct, message => message.Content = JsonContent.Create(request));
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        return await JsonAsync(answer);
    }

    /// <summary>Puts every part, the last one first.</summary>
    private static async Task<string[]> PutAsync(JsonElement upload, byte[] file)
    {
        var parts = upload.GetProperty("parts").EnumerateArray().ToList();
        var etags = new string[parts.Count];
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            var (offset, bytes) = ((int)(i * upload.GetProperty("partBytes").GetInt64()), parts[i].GetProperty("bytes").GetInt32());
            using var answer = await Store.PutAsync(Url(upload, i), new ByteArrayContent(file, offset, bytes), Cancellation);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
            etags[i] = answer.Headers.ETag!.Tag;
        }
        return etags;
    }

    private static Task<HttpResponseMessage> CompleteAsync(ApiClient client, JsonElement upload, string[] etags) => client.SendAsync(
        HttpMethod.Post, $"{Direct}/{Id(upload)}/complete", request => request.Content = JsonContent.Create(new { parts = etags.Select((etag, i) => new { number = i + 1, etag }) }));

    private static async Task EndAsync(ApiClient client, JsonElement upload)
    {
        using var ended = await client.SendAsync(HttpMethod.Delete, $"{Direct}/{Id(upload)}");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, int status, string code)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.True(status == (int)answer.StatusCode, $"{answer.StatusCode}: {text}");
            Assert.Equal(code, Text(JsonSerializer.Deserialize<JsonElement>(text), "code"));
        }
    }

    /// <summary>No object and no multipart upload under its key.</summary>
    private async Task NothingLeftAsync(JsonElement upload)
    {
        Assert.Empty(await Bucket.KeysAsync(pair.Options, $"originals/{Id(upload)}"));
        Assert.DoesNotContain($"originals/{Id(upload)}", await Bucket.UploadsAsync(pair.Options));
    }

    private static string Id(JsonElement upload) => Text(upload, "id")!;

    private static Uri Url(JsonElement upload, int part) => new(upload.GetProperty("parts")[part].GetProperty("url").GetString()!);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static Task<JsonElement> JsonAsync(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>An image that no other test sends; bytes behind its end make up the length.</summary>
    private static byte[] NewFile(int length = 0)
    {
        using var png = GeneratedImage.Png(1);
        return [.. png.ToArray(), .. RandomNumberGenerator.GetBytes((int)Math.Max(16, length - png.Length))];
    }

    /// <summary>Two web servers and a worker.</summary>
    public sealed class Pair(Servers servers) : Installation(servers)
    {
        private Uri _two = null!;

        internal S3Options Options { get; private set; } = null!;

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        /// <summary>One member at both servers.</summary>
        internal new async Task<(ApiClient One, ApiClient Two)> SignInAsync(string name) =>
            (await base.SignInAsync(name), await ApiClient.SignedInAsync(_two, $"{name}@example.org", Password));

        internal Task<ApiClient> BenAsync() => base.SignInAsync("ben");

        /// <summary>Gives a member room for so many bytes more than there are; null: without limit.</summary>
        internal async Task QuotaAsync(ApiClient member, long? more)
        {
            using var ada = await base.SignInAsync("ada");
            var id = Text(await member.JsonAsync("/api/v1/me"), "id");
            var used = (await member.JsonAsync("/api/v1/images?owner=me&limit=100")).GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("bytes").GetInt64());
            using var set = await ada.SendAsync(HttpMethod.Patch, $"/api/v1/members/{id}", request => request.Content = JsonContent.Create(new { quotaBytes = more is null ? 0 : used + more }));
            Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync(Cancellation));
        }

        private protected override async Task StartAsync()
        {
            var settings = await SplitInstallation.SettingsAsync(Servers);
            Options = new S3Options { Endpoint = settings["S3:Endpoint"], Bucket = settings["S3:Bucket"], AccessKey = settings["S3:AccessKey"], SecretKey = settings["S3:SecretKey"] };
            Dictionary<string, string> As(string role) => new(settings) { ["Role"] = role };
            await StartAsync(As("web"));
            _two = new Uri((await StartAsync(As("web"))).Url);
            await StartAsync(As("worker"));
            await AddMembersAsync(As("web"));
        }
    }
}

public sealed class NoDirectUploadTests(EmbeddedInstallation installation) : IClassFixture<EmbeddedInstallation>
{
    [Theory]
    [InlineData("POST", "")]
    [InlineData("POST", "/01m88afn7fetav7yn7drwbwa39/complete")]
    [InlineData("DELETE", "/01m88afn7fetav7yn7drwbwa39")]
    public async Task Direct_WhereTheStoreIsAFolder_IsNotThereAndSaysSo(string method, string path)
    {
        using var ada = await installation.SignInAsync("ada");
        using var answer = await ada.SendAsync(new HttpMethod(method), $"/api/v1/uploads/direct{path}", request =>
        {
            if (method == "POST") request.Content = JsonContent.Create(new { bytes = 10, parts = Array.Empty<object>() });
        });
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("no-direct-uploads", (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code").GetString());
        Assert.False(answer.Headers.Contains("Tus-Resumable"));
    }
}
