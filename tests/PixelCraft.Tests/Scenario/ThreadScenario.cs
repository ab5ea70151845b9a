using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>
/// The thread through the whole program, by HTTP against the built program: sign in, upload a photograph, have it
/// processed, see, change, hide, delete and restore it. The same facts for every topology.
/// </summary>
public abstract partial class ThreadScenario(Installation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Photograph(int number) => installation.Photographs[number % installation.Photographs.Count];

    [Fact]
    public async Task Upload_OfAPhotograph_BecomesReadyAndIsShown()
    {
        using var ada = await installation.SignInAsync("ada");
        var path = Photograph(0);
        var id = await ada.UploadedAsync(path, "public");
        var image = await ada.ProcessedAsync(id);

        Assert.Equal("ready", image.GetProperty("status").GetString());
        Assert.Equal("image/jpeg", image.GetProperty("contentType").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, Cancellation))), image.GetProperty("sha256").GetString());
        Assert.NotNull(image.GetProperty("thumbHash").GetString());
        Assert.Equal("ada", image.GetProperty("ownerName").GetString(), ignoreCase: true);

        var variants = image.GetProperty("variants").EnumerateArray().ToList();
        var longer = Math.Max(image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32());
        var sizes = new[] { 200, 400, 800, 1600, 2560 };
        Assert.Equal(sizes.TakeWhile(size => size < longer).Append(sizes.FirstOrDefault(size => size >= longer)).Where(size => size > 0), variants.Select(variant => variant.GetProperty("size").GetInt32()));
        foreach (var variant in variants)
        {
            using var answer = await ada.GetAsync(variant.GetProperty("url").GetString()!);
            var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.Equal("image/webp", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal("WEBP"u8, bytes.AsSpan(8, 4));
            Assert.Equal(variant.GetProperty("bytes").GetInt64(), bytes.Length);
        }

        // Whoever comes by sees it in the gallery, on its page and in the list.
        using var visitor = installation.Visitor();
        Assert.Contains(id, await (await visitor.GetAsync("/")).Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var page = await visitor.GetAsync($"/images/{id}");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains(variants[0].GetProperty("url").GetString()!.Split('/')[3], await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains((await visitor.JsonAsync("/api/v1/images?limit=100")).GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetString() == id);
    }

    [Fact]
    public async Task Variant_OfAPublicImage_IsImmutableUntilItIsHidden()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var id = await ada.UploadedAsync(Photograph(1), "public");
        var url = (await ada.ProcessedAsync(id)).GetProperty("variants")[0].GetProperty("url").GetString()!;

        using var first = await visitor.GetAsync(url);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("public, max-age=31536000, immutable", Header(first, "Cache-Control"));
        Assert.Equal("nosniff", Header(first, "X-Content-Type-Options"));
        using var again = await visitor.GetAsync(url, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var part = await visitor.GetAsync(url, request => request.Headers.Range = new RangeHeaderValue(0, 9));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(10, (await part.Content.ReadAsByteArrayAsync(Cancellation)).Length);

        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await NotThereAsync(visitor, url);
        await NotThereAsync(ada, url);
        var signed = (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("variants")[0].GetProperty("url").GetString()!;
        using var byLink = await visitor.GetAsync(signed);
        Assert.Equal(HttpStatusCode.OK, byLink.StatusCode);
        Assert.Contains("no-store", Header(byLink, "Cache-Control"), StringComparison.Ordinal);
        await NotThereAsync(visitor, signed.Split('?')[0]);
        await NotThereAsync(visitor, signed[..^4] + "AAAA");
    }

    [Fact]
    public async Task PrivateImage_ForOthers_IsAsIfItWereNotThere()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var id = await ada.UploadedAsync(Photograph(2));
        await ada.ProcessedAsync(id);
        const string unknown = "00000000000000000000000000";
        foreach (var path in new[] { "/api/v1/images/{0}", "/p/{0}/200.webp", "/p/{0}/original" })
        {
            using var hidden = await ben.GetAsync(string.Format(null, path, id));
            using var missing = await ben.GetAsync(string.Format(null, path, unknown));
            Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            Assert.Equal(Scrub(await missing.Content.ReadAsStringAsync(Cancellation)), Scrub(await hidden.Content.ReadAsStringAsync(Cancellation)));
        }
        using var edit = await ben.PatchAsync(id, new { title = "mine" }, "*");
        Assert.Equal(HttpStatusCode.NotFound, edit.StatusCode);
        Assert.DoesNotContain((await ben.JsonAsync("/api/v1/images?limit=100")).GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetString() == id);
    }

    [Fact]
    public async Task Original_ForItsOwner_ComesBackByteForByteAndByRange()
    {
        using var ada = await installation.SignInAsync("ada");
        var path = Photograph(3);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        var id = await ada.UploadedAsync(path, "public");
        using var whole = await ada.GetAsync($"/p/{id}/original");
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(Path.GetFileName(path), whole.Content.Headers.ContentDisposition!.FileNameStar ?? whole.Content.Headers.ContentDisposition.FileName);
        using var middle = await ada.GetAsync($"/p/{id}/original", request => request.Headers.Range = new RangeHeaderValue(1_000, 70_000));
        Assert.Equal(HttpStatusCode.PartialContent, middle.StatusCode);
        Assert.Equal(bytes[1_000..70_001], await middle.Content.ReadAsByteArrayAsync(Cancellation));
        using var end = await ada.GetAsync($"/p/{id}/original", request => request.Headers.Range = new RangeHeaderValue(null, 5));
        Assert.Equal(bytes[^5..], await end.Content.ReadAsByteArrayAsync(Cancellation));
        using var beyond = await ada.GetAsync($"/p/{id}/original", request => request.Headers.Range = new RangeHeaderValue(bytes.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var visitor = installation.Visitor();
        using var refused = await visitor.GetAsync($"/p/{id}/original");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Upload_OfSeveralFiles_TakesTheGoodOnesAndTellsOfTheBad()
    {
        using var ada = await installation.SignInAsync("ada");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("unlisted"), "visibility" },
            { new ByteArrayContent(await File.ReadAllBytesAsync(Photograph(4), Cancellation)), "file", "../../good.jpg" },
            { new ByteArrayContent("this is no image, whatever its name says"u8.ToArray()), "file", "bad.jpg" },
            { new ByteArrayContent([]), "file", "empty.png" },
            { new ByteArrayContent(await File.ReadAllBytesAsync(Photograph(5), Cancellation)), "file", "wrong-extension.png" },
        };
        using var answer = await ada.SendAsync(HttpMethod.Post, "/api/v1/images", request => request.Content = form);
        Assert.Equal(HttpStatusCode.MultiStatus, answer.StatusCode);
        var results = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([202, 415, 422, 202], results.Select(result => result.GetProperty("statusCode").GetInt32()));
        Assert.Equal("unsupported-format", results[1].GetProperty("problem").GetProperty("code").GetString());
        foreach (var taken in new[] { results[0], results[3] })
        {
            var image = await ada.ProcessedAsync(taken.GetProperty("id").GetString()!);
            Assert.Equal(("ready", "unlisted", "image/jpeg"), (image.GetProperty("status").GetString(), image.GetProperty("visibility").GetString(), image.GetProperty("contentType").GetString()));
        }
        Assert.Equal("good.jpg", results[0].GetProperty("fileName").GetString());
    }

    [Fact]
    public async Task Upload_ThatEndsTooEarly_Fails_WithAReasonForItsOwner()
    {
        using var ada = await installation.SignInAsync("ada");
        var bytes = await File.ReadAllBytesAsync(Photograph(0), Cancellation);
        using var answer = await ada.UploadAsync(new MemoryStream(bytes, 0, bytes.Length / 2), "half.jpg");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var image = await ada.ProcessedAsync((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!);
        Assert.Equal("failed", image.GetProperty("status").GetString());
        Assert.NotEmpty(image.GetProperty("failureReason").GetString()!);
    }

    [Fact]
    public async Task Edit_NeedsTheVersionThatItIsBasedOn()
    {
        using var ada = await installation.SignInAsync("ada");
        var id = await ada.UploadedAsync(Photograph(6));
        await ada.ProcessedAsync(id);
        using var got = await ada.GetAsync($"/api/v1/images/{id}");
        var version = got.Headers.ETag!.Tag;

        using var without = await ada.PatchAsync(id, new { title = "x" }, null);
        Assert.Equal(HttpStatusCode.PreconditionRequired, without.StatusCode);
        using var edited = await ada.PatchAsync(id, new { title = "Picos", description = "d", tags = new[] { "Mountain ", "mountain", "alps" } }, version);
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        var image = await edited.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal("Picos", image.GetProperty("title").GetString());
        Assert.Equal(["alps", "mountain"], image.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        using var stale = await ada.PatchAsync(id, new { title = "late" }, version);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        using var tooLong = await ada.PatchAsync(id, new { title = new string('x', 201) }, "*");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooLong.StatusCode);
    }

    [Fact]
    public async Task Trash_AndRestore_HidesAndShowsAgain()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var id = await ada.UploadedAsync(Photograph(7), "public");
        var url = (await ada.ProcessedAsync(id)).GetProperty("variants")[0].GetProperty("url").GetString()!;
        using var deleted = await ada.SendAsync(HttpMethod.Delete, $"/api/v1/images/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await NotThereAsync(visitor, $"/api/v1/images/{id}");
        await NotThereAsync(visitor, url);
        Assert.Contains((await ada.JsonAsync("/api/v1/images?trash=true")).GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetString() == id);
        using var restored = await ada.SendAsync(HttpMethod.Post, $"/api/v1/images/{id}/restore");
        Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
        using var seen = await visitor.GetAsync($"/api/v1/images/{id}");
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
    }

    [Fact]
    public async Task List_ByKeyset_ShowsEachOnce()
    {
        using var ben = await installation.SignInAsync("ben");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await ben.UploadedAsync(Photograph(i)));
        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await ben.JsonAsync($"/api/v1/images?owner=me&limit=2{(after is null ? "" : "&after=" + after)}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        Assert.Equal(seen.OrderDescending(), seen);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(ids.Except(seen));
    }

    [Fact]
    public async Task Upload_AcknowledgedByAServerThatIsKilledAtOnce_BecomesReady()
    {
        var (server, survivor) = await installation.StartDoomedAsync();
        using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
        var id = await ada.UploadedAsync(Photograph(8));
        server.Kill();
        using var later = await ApiClient.SignedInAsync(await survivor(), "ada@example.org", Installation.Password);
        Assert.Equal("ready", (await later.ProcessedAsync(id)).GetProperty("status").GetString());
    }

    private static async Task NotThereAsync(ApiClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    /// <summary>A header as it was sent, not as the client's types write it.</summary>
    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.NonValidated[name].ToString();

    /// <summary>Problem details without the trace id, which differs with every request.</summary>
    private static string Scrub(string problem)
    {
        var json = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(problem)!;
        json.Remove("traceId");
        return JsonSerializer.Serialize(json);
    }
}
