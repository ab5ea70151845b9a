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
        Assert.Equal("creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation", Header(answer, "Tus-Extension"));
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
    [InlineData("Upload-Defer-Length", "1", 400)] // beside a length
    [InlineData("Upload-Concat", "whole", 400)]
    [InlineData("Upload-Concat", "final;", 400)]
    [InlineData("Upload-Concat", "final;/api/v1/uploads/x", 400)]
    [InlineData("Upload-Metadata", "filename no-base-64!", 400)]
    [InlineData("Upload-Metadata", "résumé eA==", 400)]
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
    public async Task EveryAnswer_WhoeverGivesIt_NamesTheProtocolAndIsNotCached()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var upload = await CreatedAsync(ada, 1_000);
        foreach (var (client, method, path, status) in new[]
        {
            (visitor, HttpMethod.Options, upload, 204),
            (visitor, HttpMethod.Options, Uploads + "/", 204),
            (visitor, HttpMethod.Post, Uploads, 401),
            (visitor, HttpMethod.Head, upload, 401),
            (ada, HttpMethod.Put, Uploads, 405),
            (ada, HttpMethod.Put, upload, 405),
            (ada, HttpMethod.Get, upload, 200),
            (ada, HttpMethod.Post, upload, 405),
            (ada, HttpMethod.Head, Uploads + "/no-id", 404),
            (ada, HttpMethod.Patch, Uploads + "/no-id", 415),
            (ada, HttpMethod.Delete, Uploads + "/no-id", 404),
            (ada, HttpMethod.Head, Uploads + "/01m88afn7fetav7yn7drwbwa39", 404),
            (ada, HttpMethod.Head, upload + "/more", 404),
        })
        {
            using var answer = await TusAsync(client, method, path);
            Assert.Equal((method, path, status), (method, path, (int)answer.StatusCode));
            Assert.Equal("1.0.0", Header(answer, "Tus-Resumable"));
            Assert.Equal("no-store", Header(answer, "Cache-Control"));
            if (status >= 400) Assert.Null(Header(answer, "Upload-Offset"));
        }
    }

    [Theory]
    [InlineData("HEAD", null)]
    [InlineData("HEAD", "1.0")]
    [InlineData("PATCH", "0.2.2")]
    [InlineData("DELETE", null)]
    public async Task Request_OfAnotherVersion_IsNotProcessed(string method, string? version)
    {
        using var ada = await installation.SignInAsync("ada");
        var upload = await CreatedAsync(ada, 1_000);
        using var answer = await ada.SendAsync(new HttpMethod(method), upload, request =>
        {
            if (version is not null) request.Headers.Add("Tus-Resumable", version);
            request.Headers.Add("Upload-Offset", "0");
            request.Content = new ByteArrayContent(new byte[10]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        });
        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        Assert.Equal(("1.0.0", "1.0.0"), (Header(answer, "Tus-Version"), Header(answer, "Tus-Resumable")));
        Assert.Equal(0, await OffsetAsync(ada, upload));
        // OPTIONS ignores it.
        using var options = await ada.SendAsync(HttpMethod.Options, Uploads, request => request.Headers.Add("Tus-Resumable", "9"));
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("filename Zm9vLnBuZw==,nothing")]
    [InlineData("filename Zm9vLnBuZw==,empty ,other eA==")]
    [InlineData("name Zm9vLnBuZw==, type aW1hZ2UvcG5n")]
    public async Task Metadata_AsItCame_IsToldAgain(string metadata)
    {
        using var ada = await installation.SignInAsync("ada");
        using var head = await HeadAsync(ada, await CreatedAsync(ada, 1_000, metadata));
        Assert.Equal(metadata.Length > 0 ? metadata : null, Header(head, "Upload-Metadata"));
    }

    [Fact]
    public async Task Expires_IsToldWhileTheUploadIsUnfinished()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        using var created = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", $"{file.Length}"), file[..100]);
        Assert.Equal((HttpStatusCode.Created, "100"), (created.StatusCode, Header(created, "Upload-Offset")));
        var upload = created.Headers.Location!.OriginalString;
        var patched = await PatchedAsync(ada, upload, 100, file[100..200], HttpStatusCode.NoContent);
        using var head = await HeadAsync(ada, upload);
        Assert.NotNull(Header(created, "Upload-Expires"));
        Assert.Equal(Header(created, "Upload-Expires"), Header(patched, "Upload-Expires"));
        Assert.Equal(Header(created, "Upload-Expires"), Header(head, "Upload-Expires"));
    }

    [Fact]
    public async Task Bytes_BeyondTheEnd_ChangeNothing()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        var upload = await CreatedAsync(ada, file.Length);
        await PatchedAsync(ada, upload, 0, [.. file, 0], HttpStatusCode.RequestEntityTooLarge);
        using (var chunked = await ChunkedAsync([.. file, 0])) Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        Assert.Equal(0, await OffsetAsync(ada, upload));
        using (var chunked = await ChunkedAsync(file)) Assert.Equal(HttpStatusCode.NoContent, chunked.StatusCode);
        await PatchedAsync(ada, upload, file.Length, [0], HttpStatusCode.RequestEntityTooLarge);
        await PatchedAsync(ada, upload, file.Length, [], HttpStatusCode.NoContent);
        using var create = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", "5"), new byte[6]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, create.StatusCode);

        Task<HttpResponseMessage> ChunkedAsync(byte[] bytes) => ada.SendAsync(HttpMethod.Patch, upload, request =>
        {
            Speak(request, ("Upload-Offset", "0"), bytes, "application/offset+octet-stream");
            request.Headers.TransferEncodingChunked = true;
        });
    }

    [Fact]
    public async Task Create_WithBytesOfAnotherType_IsRefused()
    {
        using var ada = await installation.SignInAsync("ada");
        using var wrong = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", "10"), new byte[10], "image/png");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrong.StatusCode);
        using var empty = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", "10"), [], "image/png");
        Assert.Equal((HttpStatusCode.Created, "0"), (empty.StatusCode, Header(empty, "Upload-Offset")));
        using var parameter = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Length", "10"), new byte[5], "Application/Offset+octet-stream; charset=utf-8");
        Assert.Equal((HttpStatusCode.Created, "5"), (parameter.StatusCode, Header(parameter, "Upload-Offset")));
    }

    [Fact]
    public async Task Length_NotKnownAtFirst_IsToldLater()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        using var created = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Defer-Length", "1"), file[..100]);
        Assert.Equal((HttpStatusCode.Created, "100"), (created.StatusCode, Header(created, "Upload-Offset")));
        var upload = created.Headers.Location!.OriginalString;
        using (var head = await HeadAsync(ada, upload)) Assert.Equal(("1", null, "100"), (Header(head, "Upload-Defer-Length"), Header(head, "Upload-Length"), Header(head, "Upload-Offset")));
        await PatchedAsync(ada, upload, 100, file[100..200], HttpStatusCode.NoContent);
        foreach (var (length, status) in new[] { ("199", 400), ("-1", 400), ("x", 400), ("200000001", 413) }) await WithLengthAsync(length, file[200..300], status);
        Assert.Equal(200, await OffsetAsync(ada, upload));

        await WithLengthAsync($"{file.Length}", file[200..300], 204);
        using (var head = await HeadAsync(ada, upload)) Assert.Equal((null, $"{file.Length}", "300"), (Header(head, "Upload-Defer-Length"), Header(head, "Upload-Length"), Header(head, "Upload-Offset")));
        // Once set, it stays.
        await WithLengthAsync($"{file.Length + 1}", [], 400, 300);
        await PatchedAsync(ada, upload, 300, [.. file[300..], 0], HttpStatusCode.RequestEntityTooLarge);
        var last = await PatchedAsync(ada, upload, 300, file[300..], HttpStatusCode.NoContent);
        Assert.Equal(Sha256(file), (await ada.ProcessedAsync(Header(last, "Pixelcraft-Image")!)).GetProperty("sha256").GetString());

        async Task WithLengthAsync(string length, byte[] bytes, int status, int offset = 200)
        {
            using var answer = await ada.SendAsync(HttpMethod.Patch, upload, request =>
            {
                Speak(request, ("Upload-Offset", $"{offset}"), bytes, "application/offset+octet-stream");
                request.Headers.Add("Upload-Length", length);
            });
            Assert.Equal((length, status), (length, (int)answer.StatusCode));
        }
    }

    [Fact]
    public async Task Length_ToldWhenAllBytesAreThere_FinishesTheUpload()
    {
        using var ada = await installation.SignInAsync("ada");
        var file = NewFile();
        using var created = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Defer-Length", "1"), file);
        Assert.Null(Header(created, "Pixelcraft-Image"));
        using var last = await ada.SendAsync(HttpMethod.Patch, created.Headers.Location!.OriginalString, request =>
        {
            Speak(request, ("Upload-Offset", $"{file.Length}"), [], "application/offset+octet-stream");
            request.Headers.Add("Upload-Length", $"{file.Length}");
        });
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        Assert.NotNull(Header(last, "Pixelcraft-Image"));
        foreach (var value in new[] { "0", "true", "" })
        {
            using var wrong = await TusAsync(ada, HttpMethod.Post, Uploads, ("Upload-Defer-Length", value));
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        }
    }

    [Fact]
    public async Task Length_NotKnown_CountsAgainstTheQuotaAsTheBytesCome()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var me = (await ben.JsonAsync("/api/v1/me")).GetProperty("id").GetString();
        var used = (await ben.JsonAsync("/api/v1/images?owner=me&limit=100")).GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("bytes").GetInt64());
        await QuotaAsync(used + 1_000);
        try
        {
            using var created = await TusAsync(ben, HttpMethod.Post, Uploads, ("Upload-Defer-Length", "1"), new byte[900]);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            var upload = created.Headers.Location!.OriginalString;
            var refused = await PatchedAsync(ben, upload, 900, new byte[200], HttpStatusCode.RequestEntityTooLarge);
            Assert.Equal("quota-exceeded", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
            Assert.Equal(900, await OffsetAsync(ben, upload));
            using var other = await TusAsync(ben, HttpMethod.Post, Uploads, ("Upload-Length", "200"));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, other.StatusCode);
            // What was given up can be used again.
            using var ended = await TusAsync(ben, HttpMethod.Delete, upload);
            using var again = await TusAsync(ben, HttpMethod.Post, Uploads, ("Upload-Length", "1000"));
            Assert.Equal(HttpStatusCode.Created, again.StatusCode);
            using var end = await TusAsync(ben, HttpMethod.Delete, again.Headers.Location!.OriginalString);
        }
        finally
        {
            await QuotaAsync(null);
        }

        async Task QuotaAsync(long? bytes)
        {
            using var answer = await ada.SendAsync(HttpMethod.Patch, $"/api/v1/members/{me}", request => request.Content = JsonContent.Create(new { quotaBytes = bytes ?? 0 }));
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Concatenation_OfPartialUploads_BecomesTheImage()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var file = NewFile();
        var half = file.Length / 2;
        using var one = await PartialAsync(ada, half, file[..half]);
        using var two = await PartialAsync(ada, file.Length - half, file[half..^1]);
        var (first, second) = (one.Headers.Location!.OriginalString, two.Headers.Location!.OriginalString);
        // A part is no image, however complete.
        using (var head = await HeadAsync(ada, first)) Assert.Equal(("partial", $"{half}", $"{half}", null), (Header(head, "Upload-Concat"), Header(head, "Upload-Offset"), Header(head, "Upload-Length"), Header(head, "Pixelcraft-Image")));

        var urls = $"final;{first} {installation.Url.GetLeftPart(UriPartial.Authority)}{second}";
        using (var unfinished = await FinalAsync(ada, urls)) Assert.Equal(HttpStatusCode.BadRequest, unfinished.StatusCode);
        await PatchedAsync(ada, second, file.Length - half - 1, file[^1..], HttpStatusCode.NoContent);
        using (var foreign = await FinalAsync(ben, urls)) Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        using (var twice = await FinalAsync(ada, $"final;{first} {first}")) Assert.Equal(HttpStatusCode.BadRequest, twice.StatusCode);
        using (var whole = await FinalAsync(ada, $"final;{await CreatedAsync(ada, 10)}")) Assert.Equal(HttpStatusCode.BadRequest, whole.StatusCode);
        using (var length = await FinalAsync(ada, urls, ("Upload-Length", $"{file.Length}"))) Assert.Equal(HttpStatusCode.BadRequest, length.StatusCode);
        // In this order it is nothing; the parts stay.
        using (var reversed = await FinalAsync(ada, $"final;{second} {first}")) Assert.Equal(HttpStatusCode.UnsupportedMediaType, reversed.StatusCode);

        using var final = await FinalAsync(ada, urls, ("Upload-Metadata", $"filename {Base64("both.png")}"));
        Assert.True(final.StatusCode == HttpStatusCode.Created, await final.Content.ReadAsStringAsync(Cancellation));
        var image = await ada.ProcessedAsync(Header(final, "Pixelcraft-Image")!);
        Assert.Equal(("both.png", Sha256(file)), (image.GetProperty("fileName").GetString(), image.GetProperty("sha256").GetString()));
        var upload = final.Headers.Location!.OriginalString;
        using (var head = await HeadAsync(ada, upload)) Assert.Equal((urls, $"{file.Length}", $"{file.Length}"), (Header(head, "Upload-Concat"), Header(head, "Upload-Offset"), Header(head, "Upload-Length")));
        await PatchedAsync(ada, upload, file.Length, [], HttpStatusCode.Forbidden);
        // Its parts have served.
        using var gone = await HeadAsync(ada, first);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);

        static Task<HttpResponseMessage> PartialAsync(ApiClient client, int length, byte[] bytes) => client.SendAsync(HttpMethod.Post, Uploads, request =>
        {
            Speak(request, ("Upload-Concat", "partial"), bytes, "application/offset+octet-stream");
            request.Headers.Add("Upload-Length", $"{length}");
        });

        static Task<HttpResponseMessage> FinalAsync(ApiClient client, string concat, (string, string)? header = null) => client.SendAsync(HttpMethod.Post, Uploads, request =>
        {
            Speak(request, header, null, null);
            request.Headers.TryAddWithoutValidation("Upload-Concat", concat);
        });
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
        // Bytes that the web server had not handed over when the client went go with the connection. On a busy machine that may
        // be all of them, and then there is nothing to keep; not each time.
        for (var attempt = 0; attempt < 5; attempt++)
            if (await GoneInTheMiddleAsync() > 0) return;
        Assert.Fail("Nothing that came was kept.");
    }

    /// <summary>Goes away in the middle, then on from what was kept, and returns how much that was.</summary>
    private async Task<int> GoneInTheMiddleAsync()
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
        // Asking waits for the one that is writing, as long as it takes to keep what it has.
        var offset = 0;
        await Eventually.TrueAsync(async () =>
        {
            using var head = await HeadAsync(ada, upload);
            return head.StatusCode == HttpStatusCode.OK && int.TryParse(Header(head, "Upload-Offset"), out offset);
        });
        Assert.InRange(offset, 0, half);
        // The lock is free again as soon as that is safe.
        await Eventually.TrueAsync(async () =>
        {
            using var rest = await TusAsync(ada, HttpMethod.Patch, upload, ("Upload-Offset", $"{offset}"), file[offset..]);
            return rest.StatusCode == HttpStatusCode.NoContent && Header(rest, "Pixelcraft-Image") is not null;
        });
        using var finished = await HeadAsync(ada, upload);
        Assert.Equal(Sha256(file), (await ada.ProcessedAsync(Header(finished, "Pixelcraft-Image")!)).GetProperty("sha256").GetString());
        return offset;
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

    [Fact]
    public async Task Uppy_Unchanged_UploadsAPhotograph_InterruptedOnce()
    {
        var modules = Path.Combine(Repository.Root, "src/PixelCraft.Web/Client/node_modules");
        Assert.SkipUnless(Directory.Exists(Path.Combine(modules, "@uppy/tus")), "Uppy is not installed: the build installs it.");
        var photograph = installation.Photographs.First(path => new FileInfo(path).Length > 1_000_000);
        var script = Path.Combine(Repository.Root, "tests/PixelCraft.Tests/Scenario/uppy-client.mjs");
        var run = await Programs.RunAsync("node", [script, modules, $"{installation.Url}api/v1/uploads", await CookieAsync("ada"), photograph], ct: Cancellation);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var words = run.Output.Split(' ', StringSplitOptions.TrimEntries);
        Assert.InRange(int.Parse(words[1], CultureInfo.InvariantCulture), 1, new FileInfo(photograph).Length - 1);
        using var ada = await installation.SignInAsync("ada");
        var image = await ada.ProcessedAsync(words[0]);
        Assert.Equal(
            ("ready", Path.GetFileName(photograph), "unlisted", Sha256(await File.ReadAllBytesAsync(photograph, Cancellation))),
            (image.GetProperty("status").GetString(), image.GetProperty("fileName").GetString(), image.GetProperty("visibility").GetString(), image.GetProperty("sha256").GetString()));
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

    /// <summary>A PATCH of all bytes, of which only the first are sent, once the server reads them; closing the socket is the client going away.</summary>
    private async Task<TcpClient> BeginPatchAsync(string member, string upload, byte[] file, int sent)
    {
        var cookie = await CookieAsync(member);
        var socket = new TcpClient();
        await socket.ConnectAsync(installation.Url.Host, installation.Url.Port, Cancellation);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"PATCH {upload} HTTP/1.1\r\nHost: {installation.Url.Authority}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            + $"Content-Type: application/offset+octet-stream\r\nContent-Length: {file.Length}\r\nExpect: 100-continue\r\n\r\n"), Cancellation);
        var answer = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await stream.ReadExactlyAsync(answer, Cancellation);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
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
