using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Uploads that must be refused, each with its answer and with nothing left behind.</summary>
public sealed class UploadTests(UploadTests.Small installation) : IClassFixture<UploadTests.Small>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_WithoutSession_Is401()
    {
        using var visitor = installation.Visitor();
        using var answer = await visitor.UploadAsync(Jpeg(1_000), "a.jpg");
        await RefusedAsync(answer, 401, "sign-in-needed");
    }

    [Theory]
    [InlineData("plain text", 415, "unsupported-format")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 415, "unsupported-format")]
    [InlineData("", 422, "no-file")]
    [InlineData("\u0089PNG", 415, "unsupported-format")] // the first byte as UTF-8: two bytes, and no PNG
    public async Task Upload_OfSomethingElse_IsRefusedAndLeavesNothing(string content, int status, string code)
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var answer = await ada.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), "innocent.jpg");
        await RefusedAsync(answer, status, code);
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Upload_OfAHeaderWithoutImage_IsRefusedAndLeavesNothing()
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var answer = await ada.UploadAsync(new MemoryStream([0xff, 0xd8, 0xff, 0xe0]), "cut.jpg");
        await RefusedAsync(answer, 422, "unreadable-image");
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Upload_OfTooManyBytes_Is413AndLeavesNothing()
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var answer = await ada.UploadAsync(Jpeg(Small.MaxBytes + 1), "big.jpg");
        await RefusedAsync(answer, 413, "file-too-large");
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Upload_OfTooManyPixels_Is422AndLeavesNothing()
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var answer = await ada.UploadAsync(Jpeg(1_000, width: 60_000, height: 60_000), "bomb.jpg");
        await RefusedAsync(answer, 422, "unreadable-image");
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Upload_OverTheQuota_Is413AndLeavesNothing()
    {
        using var ben = await installation.SignInAsync("ben");
        await SetQuotaAsync(ben, 1);
        var before = installation.Files();
        using var answer = await ben.UploadAsync(Jpeg(5_001), "a.jpg");
        await RefusedAsync(answer, 413, "quota-exceeded");
        await SetQuotaAsync(ben, null);
        Assert.Equal(before, installation.Files());
    }

    [Theory]
    [InlineData(false)] // raw bodies, whose lengths are known before
    [InlineData(true)] // forms, whose files' lengths aren't
    public async Task Upload_FiftyAtOnceWithRoomForTen_TakesTen(bool asForm)
    {
        using var ben = await installation.SignInAsync("ben");
        await NothingInTrashAsync(ben);
        var used = (await ben.JsonAsync("/api/v1/images?owner=me&limit=100")).GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("bytes").GetInt64());
        await SetQuotaAsync(ben, used + 10 * 5_000 + 4_999);
        try
        {
            var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                var file = UniqueJpeg(5_000);
                if (!asForm)
                {
                    using var raw = await ben.UploadAsync(new MemoryStream(file), "a.jpg");
                    return raw.StatusCode;
                }
                using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", "a.jpg" } };
                using var answer = await ben.SendAsync(HttpMethod.Post, "/api/v1/images", request => request.Content = form);
                return answer.StatusCode;
            }));
            Assert.Equal(10, statuses.Count(status => status == HttpStatusCode.Accepted));
            Assert.Equal(40, statuses.Count(status => status == HttpStatusCode.RequestEntityTooLarge));
        }
        finally
        {
            await SetQuotaAsync(ben, null);
        }
    }

    [Fact]
    public async Task Upload_OfTheSameBytesAgain_IsTheImageThatIsThere()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = Png(1);
        using var first = await ada.UploadAsync(new MemoryStream(file), "first.png", "public");
        var id = await IdAsync(first, HttpStatusCode.Accepted);
        Assert.Equal("ready", (await ada.ProcessedAsync(id)).GetProperty("status").GetString());
        var files = installation.Files();

        using var again = await ada.UploadAsync(new MemoryStream(file), "second.png");
        Assert.Equal(id, await IdAsync(again, HttpStatusCode.OK));
        Assert.Equal($"/api/v1/images/{id}", again.Headers.Location!.OriginalString);
        var image = await ada.JsonAsync($"/api/v1/images/{id}");
        Assert.Equal(("first.png", "public"), (image.GetProperty("fileName").GetString(), image.GetProperty("visibility").GetString()));

        using var trashed = await ada.SendAsync(HttpMethod.Delete, $"/api/v1/images/{id}");
        using var restored = await ada.UploadAsync(new MemoryStream(file), "third.png");
        Assert.Equal(id, await IdAsync(restored, HttpStatusCode.OK));
        Assert.Equal(JsonValueKind.Null, (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("trashedAt").ValueKind);
        Assert.Equal(files, installation.Files());

        // Somebody else's are another image.
        using var ben = await installation.SignInAsync("ben");
        using var other = await ben.UploadAsync(new MemoryStream(file), "first.png");
        Assert.NotEqual(id, await IdAsync(other, HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task Upload_OfTheSameBytesByManyAtOnce_MakesOneImage()
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        var file = UniqueJpeg(50_000);
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var answer = await ada.UploadAsync(new MemoryStream(file), $"{i}.jpg");
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{answer.StatusCode}");
            return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!;
        }));
        Assert.Single(ids.Distinct());
        Assert.Single(installation.Files().Except(before));
    }

    [Fact]
    public async Task Upload_OfTheBytesOfAFailedImage_HasItProcessedAgain()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = UniqueJpeg(5_000);
        using var first = await ada.UploadAsync(new MemoryStream(file), "a.jpg");
        var id = await IdAsync(first, HttpStatusCode.Accepted);
        var failed = await ada.ProcessedAsync(id);
        Assert.Equal("failed", failed.GetProperty("status").GetString());

        using var again = await ada.UploadAsync(new MemoryStream(file), "a.jpg");

        Assert.Equal(id, await IdAsync(again, HttpStatusCode.Accepted));
        var image = await ada.ProcessedAsync(id);
        Assert.Equal("failed", image.GetProperty("status").GetString());
        // To processing, and back again.
        Assert.Equal(failed.GetProperty("version").GetInt64() + 2, image.GetProperty("version").GetInt64());
    }

    [Theory]
    [InlineData("../../x", "x")]
    [InlineData("..\\..\\x.jpg", "x.jpg")]
    [InlineData("a\0.jpg", "a.jpg")]
    [InlineData("..", "image")]
    [InlineData("", "image")]
    public async Task Upload_WithAStrangeName_KeepsWhatIsAName(string name, string kept)
    {
        using var ada = await installation.SignInAsync("ada");
        using var answer = await ada.UploadAsync(new MemoryStream(UniqueJpeg(1_000)), name);
        var id = await IdAsync(answer, HttpStatusCode.Accepted);
        Assert.Equal(kept, (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("fileName").GetString());
    }

    [Fact]
    public async Task Upload_WithANameOf4KB_KeepsItsBeginning()
    {
        using var ada = await installation.SignInAsync("ada");
        using var answer = await ada.UploadAsync(new MemoryStream(UniqueJpeg(1_000)), new string('n', 4_096));
        var id = await IdAsync(answer, HttpStatusCode.Accepted);
        Assert.Equal(new string('n', 255), (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("fileName").GetString());
    }

    [Fact]
    public async Task Upload_AtTenBytesASecond_IsCutOffAndLeavesNothing()
    {
        var before = installation.Files();
        var cookie = await installation.CookieAsync("ada");
        using var socket = new TcpClient();
        await socket.ConnectAsync(installation.Url.Host, installation.Url.Port, Cancellation);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/images HTTP/1.1\r\nHost: {installation.Url.Authority}\r\nCookie: {cookie}\r\nContent-Length: 500000\r\n\r\n"), Cancellation);
        var file = UniqueJpeg(500_000);
        var buffer = new byte[1_000];
        var reading = stream.ReadAsync(buffer, Cancellation).AsTask();
        for (var sent = 0; !reading.IsCompleted && sent < 600; sent += 10)
        {
            await stream.WriteAsync(file.AsMemory(sent, 10), Cancellation);
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1), Cancellation));
        }
        Assert.True(reading.IsCompleted, "The server bore with it for a minute.");
        Assert.StartsWith("HTTP/1.1 40", Encoding.ASCII.GetString(buffer, 0, await reading), StringComparison.Ordinal);
        await Eventually.GetAsync(() => Task.FromResult(installation.Files()), files => files.SetEquals(before), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Upload_WithAnIdempotencyKey_IsAnsweredTheSameAgain()
    {
        using var ada = await installation.SignInAsync("ada");
        var (file, key) = (UniqueJpeg(1_000), Guid.NewGuid().ToString());
        using var first = await KeyedAsync(ada, key, file, "a.jpg");
        var id = await IdAsync(first, HttpStatusCode.Accepted);
        await ada.ProcessedAsync(id);

        // Without the key it would be 202 again, since the image has failed.
        using var again = await KeyedAsync(ada, key, file, "a.jpg");
        Assert.Equal(id, await IdAsync(again, HttpStatusCode.Accepted));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await again.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("failed", (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("status").GetString());

        using var otherBytes = await KeyedAsync(ada, key, UniqueJpeg(1_000), "a.jpg");
        await RefusedAsync(otherBytes, 422, "idempotency-key-reused");
        Assert.Null(otherBytes.Headers.Location);
        using var otherName = await KeyedAsync(ada, key, file, "b.jpg");
        await RefusedAsync(otherName, 422, "idempotency-key-reused");
        using var ben = await installation.SignInAsync("ben");
        using var foreign = await KeyedAsync(ben, key, file, "a.jpg");
        Assert.NotEqual(id, await IdAsync(foreign, HttpStatusCode.Accepted));
        using var tooLong = await KeyedAsync(ada, new string('k', 256), file, "a.jpg");
        await RefusedAsync(tooLong, 400, "invalid-request");
    }

    [Fact]
    public async Task Upload_RefusedUnderAnIdempotencyKey_MayBeSentAgain()
    {
        using var ada = await installation.SignInAsync("ada");
        var key = Guid.NewGuid().ToString();
        using var refused = await KeyedAsync(ada, key, "no image"u8.ToArray(), "a.jpg");
        await RefusedAsync(refused, 415, "unsupported-format");
        using var better = await KeyedAsync(ada, key, UniqueJpeg(1_000), "a.jpg");
        await IdAsync(better, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Upload_WithAnIdempotencyKeyByManyAtOnce_IsCarriedOutOnce()
    {
        using var ada = await installation.SignInAsync("ada");
        var (file, key) = (UniqueJpeg(100_000), Guid.NewGuid().ToString());
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            while (true)
            {
                using var answer = await KeyedAsync(ada, key, file, "a.jpg");
                if (answer.StatusCode == HttpStatusCode.Accepted) return await IdAsync(answer, HttpStatusCode.Accepted);
                await RefusedAsync(answer, 409, "idempotency-key-in-progress");
                Assert.NotNull(answer.Headers.RetryAfter);
            }
        }));
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Upload_WithUnknownVisibility_Is400()
    {
        using var ada = await installation.SignInAsync("ada");
        using var answer = await ada.UploadAsync(Jpeg(1_000), "a.jpg", "everybody");
        await RefusedAsync(answer, 400, "invalid-request");
    }

    [Fact]
    public async Task Upload_OfAFormWithoutFile_Is422()
    {
        using var ada = await installation.SignInAsync("ada");
        using var form = new MultipartFormDataContent { { new StringContent("public"), "visibility" } };
        using var answer = await ada.SendAsync(HttpMethod.Post, "/api/v1/images", request => request.Content = form);
        await RefusedAsync(answer, 422, "no-file");
    }

    [Fact]
    public async Task Upload_OfMoreFilesThanAllowed_Is413AfterTheAllowedOnes()
    {
        using var ada = await installation.SignInAsync("ada");
        using var form = new MultipartFormDataContent();
        for (var i = 0; i <= Small.MaxFiles; i++) form.Add(new ByteArrayContent("no image"u8.ToArray()), "file", $"{i}.jpg");
        using var answer = await ada.SendAsync(HttpMethod.Post, "/api/v1/images", request => request.Content = form);
        await RefusedAsync(answer, 413, "too-many-files");
    }

    [Theory]
    [InlineData("files", 413, "too-many-files")]
    [InlineData("empty files", 413, "too-many-files")]
    [InlineData("fields", 400, "invalid-request")]
    public async Task Upload_OfTenThousandParts_IsRefusedAndLeavesNothing(string kind, int status, string code)
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 10_000; i++)
        {
            var part = new ByteArrayContent(kind == "empty files" ? [] : "no image"u8.ToArray());
            if (kind == "fields") form.Add(part, $"field{i}");
            else form.Add(part, "file", $"{i}.jpg");
        }

        using var answer = await ada.SendAsync(HttpMethod.Post, "/api/v1/images", request => request.Content = form);

        await RefusedAsync(answer, status, code);
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Upload_OfMoreBytesThanItsLength_TakesThose_AndTheRestIsNoRequest()
    {
        var before = installation.Files();
        var file = UniqueJpeg(20_000);
        using var socket = new TcpClient();
        await socket.ConnectAsync(installation.Url.Host, installation.Url.Port, Cancellation);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/images HTTP/1.1\r\nHost: {installation.Url.Authority}\r\nCookie: {await installation.CookieAsync("ada")}\r\nContent-Length: {file.Length}\r\n\r\n"), Cancellation);
        await stream.WriteAsync((byte[])[.. file, .. UniqueJpeg(20_000)], Cancellation);

        // Until the server hangs up: it can't tell where a next request would begin.
        using var answers = new MemoryStream();
        await stream.CopyToAsync(answers, Cancellation);
        var text = Encoding.UTF8.GetString(answers.ToArray());
        Assert.Matches(@"\AHTTP/1\.1 202 Accepted(.|\r|\n)*HTTP/1\.1 400 ", text);
        Assert.Equal(2, text.Split("HTTP/1.1 ").Length - 1);
        var original = Assert.Single(installation.Files().Except(before));
        // With its content type behind it.
        Assert.InRange(new FileInfo(original).Length, file.Length, file.Length + 100);
        Assert.Equal(file, (await File.ReadAllBytesAsync(original, Cancellation))[..file.Length]);
    }

    [Fact]
    public async Task Upload_ByAFormOfAnotherSite_IsRefused()
    {
        using var ada = await installation.SignInAsync("ada");
        var before = installation.Files();
        using var crossSite = await ada.SendAsync(HttpMethod.Post, "/api/v1/images", request =>
        {
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            request.Content = new StreamContent(Jpeg(1_000));
        });
        await RefusedAsync(crossSite, 403, "cross-site");
        using var form = new MultipartFormDataContent { { new StringContent("/mine"), "redirect" }, { new StreamContent(Jpeg(1_000)), "file", "a.jpg" } };
        using var withoutToken = await ada.SendAsync(HttpMethod.Post, "/api/v1/images", request => request.Content = form);
        await RefusedAsync(withoutToken, 403, "cross-site");
        Assert.Equal(before, installation.Files());
    }

    [Fact]
    public async Task Upload_WhoseClientStops_LeavesNothing()
    {
        var before = installation.Files();
        var cookie = await installation.CookieAsync("ada");
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(installation.Url.Host, installation.Url.Port, Cancellation);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/images HTTP/1.1\r\nHost: {installation.Url.Authority}\r\nCookie: {cookie}\r\nContent-Length: 500000\r\n\r\n"), Cancellation);
            await Jpeg(100_000).CopyToAsync(stream, Cancellation);
            await stream.FlushAsync(Cancellation);
            // The part that came is on its way to the store before the client goes.
            await Eventually.GetAsync(() => Task.FromResult(installation.Files()), files => files.Count > before.Count, TimeSpan.FromSeconds(20));
        }
        await Eventually.GetAsync(() => Task.FromResult(installation.Files()), files => files.SetEquals(before), TimeSpan.FromSeconds(20));
        using var ada = await installation.SignInAsync("ada");
        Assert.DoesNotContain((await ada.JsonAsync("/api/v1/images?owner=me&limit=100")).GetProperty("items").EnumerateArray(), item => item.GetProperty("bytes").GetInt64() == 500_000);
    }

    private static Task<HttpResponseMessage> KeyedAsync(ApiClient client, string key, byte[] file, string name) =>
        client.SendAsync(HttpMethod.Post, $"/api/v1/images?fileName={name}", request =>
        {
            request.Headers.Add("Idempotency-Key", key);
            request.Content = new ByteArrayContent(file);
        });

    private async Task SetQuotaAsync(ApiClient member, long? bytes)
    {
        using var ada = await installation.SignInAsync("ada");
        var id = (await member.JsonAsync("/api/v1/me")).GetProperty("id").GetString();
        using var set = await ada.SendAsync(HttpMethod.Patch, $"/api/v1/members/{id}", request => request.Content = JsonContent.Create(new { quotaBytes = bytes ?? 0 }));
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>So that the list of a member's images tells all that counts against the quota.</summary>
    private static async Task NothingInTrashAsync(ApiClient member) =>
        Assert.Equal(0, (await member.JsonAsync("/api/v1/images?trash=true")).GetProperty("items").GetArrayLength());

    private static async Task<string> IdAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private static byte[] UniqueJpeg(int length)
    {
        var bytes = Jpeg(length).ToArray();
        RandomNumberGenerator.Fill(bytes.AsSpan(length - 16));
        return bytes;
    }

    private static byte[] Png(int number)
    {
        using var stream = PixelCraft.Server.Commands.GeneratedImage.Png(number);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)answer.StatusCode, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.GetProperty("title").GetString()!);
    }

    /// <summary>A JPEG's beginning with these dimensions, filled up with zeros: taken in, whatever becomes of it later.</summary>
    private static MemoryStream Jpeg(int length, int width = 10, int height = 10)
    {
        var bytes = new byte[length];
        byte[] header =
        [
            0xff, 0xd8,
            0xff, 0xc0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0,
            0xff, 0xda,
        ];
        header.CopyTo(bytes, 0);
        return new MemoryStream(bytes);
    }

    /// <summary>An embedded installation with small limits.</summary>
    public sealed class Small(Servers servers) : Installation(servers)
    {
        public const int MaxBytes = 1_000_000;
        public const int MaxFiles = 3;

        private PixelCraftProcess _process = null!;

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        /// <summary>Everything that the object store holds, half-written files included.</summary>
        public HashSet<string> Files()
        {
            var folder = Path.Combine(_process.Data, "objects");
            return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.Contains("health", StringComparison.Ordinal) && !file.Contains("variants", StringComparison.Ordinal))];
        }

        /// <summary>The cookie of a new session, as a header.</summary>
        public async Task<string> CookieAsync(string name)
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Url };
            using var answer = await http.PostAsJsonAsync("/api/v1/session", new { email = $"{name}@example.org", password = Password }, Cancellation);
            return answer.Headers.GetValues("Set-Cookie").First().Split(';')[0];
        }

        private protected override async Task StartAsync()
        {
            _process = await StartAsync(new Dictionary<string, string> { ["Uploads:MaxBytes"] = $"{MaxBytes}", ["Uploads:MaxFiles"] = $"{MaxFiles}", ["Limits:Enabled"] = "false" });
            await AddMembersAsync(new Dictionary<string, string> { ["Data"] = _process.Data });
        }
    }
}
