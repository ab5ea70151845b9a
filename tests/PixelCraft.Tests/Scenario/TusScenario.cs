using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PixelCraft.Cluster;
using PixelCraft.Server.Commands;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Resumable uploads by tus 1.0, by HTTP against the built program. The same facts for every topology.</summary>
public abstract class TusScenario(Installation installation)
{
    private const string Uploads = "/api/v1/uploads";
    private static int _files;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Options_WithoutSession_TellsWhatIsSpoken()
    {
        using var visitor = installation.Visitor();
        using var answer = await visitor.SendAsync(HttpMethod.Options, Uploads);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("1.0.0", Header(answer, "Tus-Version"));
        Assert.Equal("1.0.0", Header(answer, "Tus-Resumable"));
        Assert.Equal("200000000", Header(answer, "Tus-Max-Size"));
        Assert.Equal("creation,creation-with-upload,expiration,checksum,termination", Header(answer, "Tus-Extension"));
        Assert.Equal("sha1,sha256,md5", Header(answer, "Tus-Checksum-Algorithm"));
    }

    [Fact]
    public async Task Upload_InThreePieces_BecomesTheImage()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        var upload = await CreatedAsync(ada, file.Length, $"filename {Base64("résumé.png")},visibility {Base64("unlisted")},nothing");
        using (var empty = await HeadAsync(ada, upload))
        {
            Assert.Equal(("0", $"{file.Length}", "no-store"), (Header(empty, "Upload-Offset"), Header(empty, "Upload-Length"), Header(empty, "Cache-Control")));
            Assert.StartsWith("filename ", Header(empty, "Upload-Metadata"), StringComparison.Ordinal);
            Assert.InRange(DateTimeOffset.ParseExact(Header(empty, "Upload-Expires")!, "R", CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddHours(23), DateTimeOffset.UtcNow.AddHours(25));
        }

        var third = file.Length / 3;
        Assert.Equal($"{third}", Header(await PatchedAsync(ada, upload, 0, file[..third], HttpStatusCode.NoContent), "Upload-Offset"));
        Assert.Equal($"{2 * third}", Header(await PatchedAsync(ada, upload, third, file[third..(2 * third)], HttpStatusCode.NoContent), "Upload-Offset"));
        var last = await PatchedAsync(ada, upload, 2 * third, file[(2 * third)..], HttpStatusCode.NoContent);

        Assert.Equal($"{file.Length}", Header(last, "Upload-Offset"));
        var image = await ada.ProcessedAsync(Header(last, "Pixelcraft-Image")!);
        Assert.Equal(("ready", "unlisted", "résumé.png"), (image.GetProperty("status").GetString(), image.GetProperty("visibility").GetString(), image.GetProperty("fileName").GetString()));
        Assert.Equal(Sha256(file), image.GetProperty("sha256").GetString());
        using var original = await ada.GetAsync($"/p/{image.GetProperty("id").GetString()}/original");
        Assert.Equal(file, await original.Content.ReadAsByteArrayAsync(Cancellation));
        // The finished upload goes on telling.
        using var head = await HeadAsync(ada, upload);
        Assert.Equal((Header(last, "Pixelcraft-Image"), $"{file.Length}"), (Header(head, "Pixelcraft-Image"), Header(head, "Upload-Offset")));
        Assert.Equal(Header(last, "Pixelcraft-Image"), (await ada.JsonAsync(upload)).GetProperty("imageId").GetString());
        await PatchedAsync(ada, upload, 0, file, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Create_WithTheWholeFile_BecomesTheImageAtOnce()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        using var answer = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", $"{file.Length}"), file);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"{file.Length}", Header(answer, "Upload-Offset"));
        var image = Header(answer, "Pixelcraft-Image")!;
        Assert.Equal(Sha256(file), (await ada.ProcessedAsync(image)).GetProperty("sha256").GetString());

        // The same bytes again are the same image; with half of them, the upload goes on.
        using var half = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", $"{file.Length}"), file[..1_000]);
        Assert.Equal((HttpStatusCode.Created, "1000"), (half.StatusCode, Header(half, "Upload-Offset")));
        var rest = await PatchedAsync(ada, half.Headers.Location!.OriginalString, 1_000, file[1_000..], HttpStatusCode.NoContent);
        Assert.Equal(image, Header(rest, "Pixelcraft-Image"));
    }

    [Theory]
    [InlineData("Tus-Resumable", "0.2.2", 412)]
    [InlineData("Upload-Length", "", 400)]
    [InlineData("Upload-Length", "-1", 400)]
    [InlineData("Upload-Length", "1e3", 400)]
    [InlineData("Upload-Length", "200000001", 413)]
    [InlineData("Upload-Length", "9223372036854775808", 400)]
    [InlineData("Upload-Length", "0", 422)]
    [InlineData("Upload-Metadata", "filename no-base-64!", 400)]
    [InlineData("Upload-Metadata", "filename eA==,filename eA==", 400)]
    [InlineData("Upload-Metadata", "visibility ZXZlcnlib2R5", 400)]
    [InlineData("Upload-Checksum", "crc32 AAAAAA==", 400)]
    [InlineData("Upload-Checksum", "sha1 AAAA", 400)]
    public async Task Create_WithAWrongHeader_IsRefused(string header, string value, int status)
    {
        using var ada = await installation.SignInAsync("ada");
        using var answer = await ada.SendAsync(HttpMethod.Post, Uploads, request =>
        {
            foreach (var (name, right) in new[] { ("Tus-Resumable", "1.0.0"), ("Upload-Length", "1000") })
                if (name != header) request.Headers.TryAddWithoutValidation(name, right);
            if (value.Length > 0) request.Headers.TryAddWithoutValidation(header, value);
        });
        Assert.True(status == (int)answer.StatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        Assert.Equal("1.0.0", Header(answer, "Tus-Resumable"));
        if (status == 412) Assert.Equal("1.0.0", Header(answer, "Tus-Version"));
    }

    [Fact]
    public async Task Patch_ThatIsWrong_IsRefusedAndChangesNothing()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var visitor = installation.Visitor();
        var upload = await CreatedAsync(ada, 1_000);
        await PatchedAsync(ada, upload, 0, new byte[100], HttpStatusCode.NoContent);

        Assert.Equal("100", Header(await PatchedAsync(ada, upload, 0, new byte[10], HttpStatusCode.Conflict), "Upload-Offset"));
        await PatchedAsync(ada, upload, 101, new byte[10], HttpStatusCode.Conflict);
        await PatchedAsync(ada, upload, 100, new byte[901], HttpStatusCode.RequestEntityTooLarge);
        await PatchedAsync(ben, upload, 100, new byte[10], HttpStatusCode.NotFound);
        await PatchedAsync(visitor, upload, 100, new byte[10], HttpStatusCode.Unauthorized);
        using var type = await TusAsync(ada, HttpMethod.Patch, upload, ("Upload-Offset", "100"), new byte[10], "application/octet-stream");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, type.StatusCode);
        using var offset = await TusAsync(ada, HttpMethod.Patch, upload, ("Upload-Offset", "-1"), new byte[10]);
        Assert.Equal(HttpStatusCode.BadRequest, offset.StatusCode);
        using var unknown = await TusAsync(ada, HttpMethod.Patch, $"{Uploads}/01m88afn7fetav7yn7drwbwa39", ("Upload-Offset", "0"), new byte[10]);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var foreign = await HeadAsync(ben, upload);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);

        Assert.Equal(100, await OffsetAsync(ada, upload));
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    [InlineData("md5")]
    public async Task Patch_WithAChecksum_KeepsOnlyWhatMatches(string algorithm)
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        var upload = await CreatedAsync(ada, file.Length);
        var piece = file[..(file.Length / 2)];
        var right = Convert.ToBase64String(CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant()), piece));
        var wrong = Convert.ToBase64String(CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant()), file));

        await PatchedAsync(ada, upload, 0, piece, (HttpStatusCode)460, $"{algorithm} {wrong}");
        Assert.Equal(0, await OffsetAsync(ada, upload));
        await PatchedAsync(ada, upload, 0, piece, HttpStatusCode.NoContent, $"{algorithm} {right}");
        Assert.Equal(piece.Length, await OffsetAsync(ada, upload));
        Assert.NotNull(Header(await PatchedAsync(ada, upload, piece.Length, file[piece.Length..], HttpStatusCode.NoContent), "Pixelcraft-Image"));
    }

    [Fact]
    public async Task Upload_OfSomethingElse_IsRefusedWithItsLastByteAndGone()
    {
        using var ada = await installation.SignInAsync("ada");
        var upload = await CreatedAsync(ada, 1_000);
        await PatchedAsync(ada, upload, 0, new byte[500], HttpStatusCode.NoContent);
        var refused = await PatchedAsync(ada, upload, 500, new byte[500], HttpStatusCode.UnsupportedMediaType);
        Assert.Equal("unsupported-format", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
        using var gone = await HeadAsync(ada, upload);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Terminate_EndsTheUpload()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var upload = await CreatedAsync(ada, 1_000);
        await PatchedAsync(ada, upload, 0, new byte[500], HttpStatusCode.NoContent);
        using var foreign = await TusAsync(ben, HttpMethod.Delete, upload);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var ended = await TusAsync(ada, HttpMethod.Delete, upload);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var gone = await HeadAsync(ada, upload);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        await PatchedAsync(ada, upload, 500, new byte[500], HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Post_WithAMethodOverride_DoesWhatThatMethodDoes()
    {
        using var ada = await installation.SignInAsync("ada");
        var upload = await CreatedAsync(ada, 1_000);
        using var patched = await ada.SendAsync(HttpMethod.Post, upload, request =>
        {
            Speak(request, ("Upload-Offset", "0"), new byte[10], "application/offset+octet-stream");
            request.Headers.Add("X-HTTP-Method-Override", "PATCH");
        });
        Assert.Equal((HttpStatusCode.NoContent, "10"), (patched.StatusCode, Header(patched, "Upload-Offset")));
        using var head = await TusAsync(ada, HttpMethod.Post, upload, ("X-HTTP-Method-Override", "HEAD"));
        Assert.Equal((HttpStatusCode.OK, "10"), (head.StatusCode, Header(head, "Upload-Offset")));
        using var deleted = await TusAsync(ada, HttpMethod.Post, upload, ("X-HTTP-Method-Override", "DELETE"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Patch_WhoseClientGoes_KeepsWhatCame_AndAnotherMeanwhileIsLocked()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        var upload = await CreatedAsync(ada, file.Length);
        var half = file.Length / 2;
        using (var socket = await BeginPatchAsync("ada", upload, file, half))
        {
            await Eventually.TrueAsync(async () =>
            {
                // From another offset, so that it changes nothing when it comes before the first has the lock.
                using var other = await TusAsync(ada, HttpMethod.Patch, upload, ("Upload-Offset", "1"), file[1..2]);
                return other.StatusCode == HttpStatusCode.Locked;
            });
        }
        var offset = await Eventually.GetAsync(() => OffsetAsync(ada, upload), offset => offset == half, TimeSpan.FromSeconds(30));
        // The lock is free again as soon as that is safe.
        await Eventually.TrueAsync(async () =>
        {
            using var rest = await TusAsync(ada, HttpMethod.Patch, upload, ("Upload-Offset", $"{offset}"), file[half..]);
            return rest.StatusCode == HttpStatusCode.NoContent && Header(rest, "Pixelcraft-Image") is not null;
        });
        using var head = await HeadAsync(ada, upload);
        Assert.Equal(Sha256(file), (await ada.ProcessedAsync(Header(head, "Pixelcraft-Image")!)).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Upload_BegunAtAServerThatIsKilled_GoesOnAtAnother()
    {
        var (server, survivor) = await installation.StartDoomedAsync();
        using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
        var file = NewFile();
        var upload = await CreatedAsync(ada, file.Length);
        await PatchedAsync(ada, upload, 0, file[..20_000], HttpStatusCode.NoContent);
        server.Kill();

        using var later = await ApiClient.SignedInAsync(await survivor(), "ada@example.org", Installation.Password);
        Assert.Equal(20_000, await OffsetAsync(later, upload));
        var last = await PatchedAsync(later, upload, 20_000, file[20_000..], HttpStatusCode.NoContent);
        Assert.Equal(Sha256(file), (await later.ProcessedAsync(Header(last, "Pixelcraft-Image")!)).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task TusJsClient_Unchanged_UploadsResumesAndEnds()
    {
        var module = Path.Combine(Repository.Root, "src/PixelCraft.Web/Client/node_modules/tus-js-client");
        Assert.SkipUnless(Directory.Exists(module), "tus-js-client is not installed: the build installs it.");
        var folder = Directory.CreateTempSubdirectory("pixelcraft-tus-");
        try
        {
            var file = Path.Combine(folder.FullName, "file.png");
            await File.WriteAllBytesAsync(file, NewFile(), Cancellation);
            var script = Path.Combine(Repository.Root, "tests/PixelCraft.Tests/Scenario/tus-client.cjs");
            var run = await Programs.RunAsync("node", [script, module, $"{installation.Url}api/v1/uploads", await CookieAsync("ada"), file], ct: Cancellation);
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            using var ada = await installation.SignInAsync("ada");
            foreach (var id in run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Assert.Equal(Sha256(await File.ReadAllBytesAsync(file, Cancellation)), (await ada.ProcessedAsync(id)).GetProperty("sha256").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<HttpResponseMessage> HeadAsync(ApiClient client, string upload) => TusAsync(client, HttpMethod.Head, upload);

    private static async Task<long> OffsetAsync(ApiClient client, string upload)
    {
        using var head = await HeadAsync(client, upload);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        return long.Parse(Header(head, "Upload-Offset")!, CultureInfo.InvariantCulture);
    }

    private static async Task<string> CreatedAsync(ApiClient client, long length, string metadata = "")
    {
        using var answer = await client.SendAsync(HttpMethod.Post, Uploads, request =>
        {
            Speak(request, ("Upload-Length", $"{length}"), null, null);
            if (metadata.Length > 0) request.Headers.Add("Upload-Metadata", metadata);
        });
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        Assert.Equal("0", Header(answer, "Upload-Offset"));
        return answer.Headers.Location!.OriginalString;
    }

    private static async Task<HttpResponseMessage> PatchedAsync(ApiClient client, string upload, long offset, byte[] bytes, HttpStatusCode status, string? checksum = null)
    {
        var answer = await client.SendAsync(HttpMethod.Patch, upload, request =>
        {
            Speak(request, ("Upload-Offset", $"{offset}"), bytes, "application/offset+octet-stream");
            if (checksum is not null) request.Headers.Add("Upload-Checksum", checksum);
        });
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        return answer;
    }

    private static Task<HttpResponseMessage> TusAsync(
        ApiClient client, HttpMethod method, string path, (string Name, string Value)? header = null, byte[]? bytes = null, string type = "application/offset+octet-stream") =>
        client.SendAsync(method, path, request => Speak(request, header, bytes, type));

    private static void Speak(HttpRequestMessage request, (string Name, string Value)? header, byte[]? bytes, string? type)
    {
        request.Headers.Add("Tus-Resumable", "1.0.0");
        if (header is var (name, value)) request.Headers.TryAddWithoutValidation(name, value);
        if (bytes is null) return;
        request.Content = new ByteArrayContent(bytes);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type!);
    }

    /// <summary>A PATCH of all bytes, of which only the first are sent; closing the socket is the client going away.</summary>
    private async Task<TcpClient> BeginPatchAsync(string member, string upload, byte[] file, int sent)
    {
        var cookie = await CookieAsync(member);
        var socket = new TcpClient();
        await socket.ConnectAsync(installation.Url.Host, installation.Url.Port, Cancellation);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"PATCH {upload} HTTP/1.1\r\nHost: {installation.Url.Authority}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            + $"Content-Type: application/offset+octet-stream\r\nContent-Length: {file.Length}\r\n\r\n"), Cancellation);
        await stream.WriteAsync(file.AsMemory(0, sent), Cancellation);
        await stream.FlushAsync(Cancellation);
        return socket;
    }

    private async Task<string> CookieAsync(string name)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = installation.Url };
        using var answer = await http.PostAsJsonAsync("/api/v1/session", new { email = $"{name}@example.org", password = Installation.Password }, Cancellation);
        return answer.Headers.GetValues("Set-Cookie").First().Split(';')[0];
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>An image that no other test sends.</summary>
    private static byte[] NewFile()
    {
        using var stream = GeneratedImage.Png(100 + Interlocked.Increment(ref _files));
        return stream.ToArray();
    }
}

public sealed class EmbeddedTusTests(EmbeddedInstallation installation) : TusScenario(installation), IClassFixture<EmbeddedInstallation>;

public sealed class SplitTusTests(SplitInstallation installation) : TusScenario(installation), IClassFixture<SplitInstallation>;
