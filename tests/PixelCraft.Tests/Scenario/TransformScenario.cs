using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Variants on demand, over HTTP against the built program. The same facts for every topology.</summary>
public abstract partial class TransformScenario(Installation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Photograph => installation.Photographs[3];

    [Fact]
    public async Task Transform_OfAPublicImage_IsMadeOnceAndImmutableUntilItIsHidden()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var id = await ReadyAsync(ada, "public");
        var url = await TransformCalls.UrlAsync(ada, id, new { width = 300, height = 200, mode = "crop", gravity = "attention", quality = 60, format = "webP" });
        Assert.EndsWith($"/w300.h200.crop-attention.q60/{id}.webp", url, StringComparison.Ordinal);
        Assert.Equal(url, await TransformCalls.UrlAsync(ada, id, new { width = 300, height = 200, mode = "crop", gravity = "attention", quality = 60, format = "webP" }));

        var before = await MadeAsync(visitor);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => visitor.GetAsync(url)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await MadeIsAsync(visitor, before + 1);
        var first = answers[0];
        var bytes = await first.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True(bytes.AsSpan(8).StartsWith("WEBP"u8));
        Assert.Equal("image/webp", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", TransformCalls.Header(first, "Cache-Control"));
        Assert.Equal("default-src 'none'; sandbox; frame-ancestors 'none'", TransformCalls.Header(first, "Content-Security-Policy"));
        using (var again = await visitor.GetAsync(url, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!))) Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using (var head = await visitor.SendAsync(HttpMethod.Head, url)) Assert.Equal((HttpStatusCode.OK, bytes.Length), (head.StatusCode, (int)head.Content.Headers.ContentLength!));

        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await TransformCalls.RefusedAsync(visitor, url, 404, "not-found");
        await TransformCalls.RefusedAsync(ada, url, 404, "not-found");
        (await ada.PatchAsync(id, new { visibility = "public" }, "*")).EnsureSuccessStatusCode();
        // It does not come back with the visibility; the new URL finds the stored result.
        await TransformCalls.RefusedAsync(visitor, url, 404, "not-found");
        var anew = await TransformCalls.UrlAsync(ada, id, new { width = 300, height = 200, mode = "crop", gravity = "attention", quality = 60, format = "webP" });
        using (var found = await visitor.GetAsync(anew)) Assert.Equal(bytes, await found.Content.ReadAsByteArrayAsync(Cancellation));
        // One that is made now is counted by itself: had the one before been made again, the count would be higher.
        using (var other = await visitor.GetAsync(await TransformCalls.UrlAsync(ada, id, new { width = 301 }))) Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        await MadeIsAsync(visitor, before + 2);
    }

    [Fact]
    public async Task Transform_OfAPrivateImage_IsForWhoHasTheUrlAndKeptByNobody()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var visitor = installation.Visitor();
        var id = await ReadyAsync(ada, "private");
        var url = await TransformCalls.UrlAsync(ada, id, new { width = 300, format = "jpeg" });
        using (var answer = await visitor.GetAsync(url))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl is { NoStore: true, Private: true, Public: false });
            Assert.Equal("image/jpeg", answer.Content.Headers.ContentType!.MediaType);
        }
        using (var other = await TransformCalls.SignAsync(ben, id, new { width = 300 })) Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using (var nobody = await TransformCalls.SignAsync(visitor, id, new { width = 300 })) Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);

        using (var trash = await ada.SendAsync(HttpMethod.Delete, $"/api/v1/images/{id}")) Assert.Equal(HttpStatusCode.NoContent, trash.StatusCode);
        await TransformCalls.RefusedAsync(visitor, url, 404, "not-found");
        using (var trashed = await TransformCalls.SignAsync(ada, id, new { width = 300 })) Assert.Equal(HttpStatusCode.NotFound, trashed.StatusCode);
    }

    [Fact]
    public async Task Transform_WithoutFormat_IsWhatTheClientTakes()
    {
        using var ada = await installation.SignInAsync("ada");
        var url = await TransformCalls.UrlAsync(ada, await ReadyAsync(ada, "unlisted"), new { width = 64 });
        Assert.EndsWith(".auto", url, StringComparison.Ordinal);
        foreach (var (accept, type) in new[] { ("image/avif,image/webp,*/*", "image/avif"), ("image/webp,*/*", "image/webp"), ("*/*", "image/jpeg") })
        {
            using var answer = await ada.GetAsync(url, request => request.Headers.TryAddWithoutValidation("Accept", accept));
            Assert.Equal((HttpStatusCode.OK, type, "Accept"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, TransformCalls.Header(answer, "Vary")));
        }
    }

    [Fact]
    public async Task Transform_ThatIsNotSigned_IsRefused()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var id = await ReadyAsync(ada, "public");
        var url = await TransformCalls.UrlAsync(ada, id, new { width = 300, format = "webP" });
        var signature = url.Split('/')[2];

        await TransformCalls.RefusedAsync(visitor, $"/t/{signature}/w301/{id}.webp", 404, "not-found");
        await TransformCalls.RefusedAsync(visitor, $"/t/{signature}/w300/{id}.jpg", 404, "not-found");
        await TransformCalls.RefusedAsync(visitor, $"/t/{new string('A', 43)}/w300/{id}.webp", 404, "not-found");
        await TransformCalls.RefusedAsync(visitor, $"/t/9999999999.{signature}/w300/{id}.webp", 404, "not-found");
        await TransformCalls.RefusedAsync(visitor, $"/t/{signature}/w300/{new string('0', 26)}.webp", 404, "not-found");
        foreach (var path in (string[])[$"/t/{signature}/w300.w300/{id}.webp", $"/t/{signature}/w5000/{id}.webp", $"/t/{signature}/w300/{id}.gif", $"/t/{signature}/w300/x.webp", $"{url}?", $"{url}?a=b"])
            await TransformCalls.RefusedAsync(visitor, path, 400, "invalid-transform");
        // As it is: the client would write the escaped letter plainly.
        var escaped = new Uri($"{installation.Url.GetLeftPart(UriPartial.Authority)}{url.Replace("w300", "%77300", StringComparison.Ordinal)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using (var answer = await visitor.GetAsync(url, request => request.RequestUri = escaped)) Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);

        using (var bad = await TransformCalls.SignAsync(ada, id, new { width = 5000 })) Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.StatusCode);
        using (var bad = await TransformCalls.SignAsync(ada, id, new { width = 300, mode = "explode" })) Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    private async Task<string> ReadyAsync(ApiClient ada, string visibility)
    {
        var id = await ada.UploadedAnewAsync(Photograph, visibility);
        Assert.Equal("ready", (await ada.ProcessedAsync(id)).GetProperty("status").GetString());
        return id;
    }

    /// <summary>Waits for the count: the exporter gives the same answer for a moment.</summary>
    private static async Task MadeIsAsync(ApiClient client, double expected) =>
        Assert.Equal(expected, await Eventually.GetAsync(() => MadeAsync(client), made => made >= expected, TimeSpan.FromSeconds(15)));

    /// <summary>How many variants on demand the server has made.</summary>
    private static async Task<double> MadeAsync(ApiClient client)
    {
        using var answer = await client.GetAsync("/metrics");
        var match = Made().Match(await answer.Content.ReadAsStringAsync(Cancellation));
        return match.Success ? double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex("""^pixelcraft_transforms[^{\n]*\{[^}]*outcome="made"[^}]*\} (\d+)""", RegexOptions.Multiline)]
    private static partial Regex Made();
}

public sealed class EmbeddedTransformTests(EmbeddedInstallation installation) : TransformScenario(installation), IClassFixture<EmbeddedInstallation>;

public sealed class SplitTransformTests(SplitInstallation installation) : TransformScenario(installation), IClassFixture<SplitInstallation>;

/// <summary>What needs a server with settings of its own.</summary>
public sealed class TransformSettingsTests(Servers servers)
{
    private static readonly string OldKey = new('a', 40);
    private static readonly string NewKey = new('b', 40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transform_WhenTheQueueIsFull_Is503WithRetryAfter()
    {
        await using var server = await StartAsync(null, ("Transforms:Concurrency", "1"), ("Transforms:Waiting", "1"));
        using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
        var id = await UploadAsync(ada);
        var urls = new List<string>();
        for (var width = 1500; width < 1512; width++) urls.Add(await TransformCalls.UrlAsync(ada, id, new { width, format = "avif" }));

        var answers = await Task.WhenAll(urls.Select(url => ada.GetAsync(url)));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(refused);
        foreach (var answer in refused)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            Assert.True(answer.Headers.CacheControl is { NoStore: true, Private: true, Public: false });
            Assert.Equal("busy", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Transform_WithRotatedKeys_IsAnsweredWhileItsKeyIsListed()
    {
        var data = Directory.CreateTempSubdirectory("pixelcraft-rotation-").FullName;
        string id, old, fresh;
        await using (var server = await StartAsync(data, ("Delivery:SigningKeys", OldKey)))
        {
            using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
            id = await UploadAsync(ada);
            old = await TransformCalls.UrlAsync(ada, id, new { width = 100 });
            Assert.Equal(0, await StopAsync(server));
        }
        await using (var server = await StartAsync(data, ("Delivery:SigningKeys", $"{NewKey},{OldKey}")))
        {
            using var ada = await ApiClient.SignedInAsync(new Uri(server.Url), "ada@example.org", Installation.Password);
            fresh = await TransformCalls.UrlAsync(ada, id, new { width = 100 });
            Assert.NotEqual(old, fresh);
            foreach (var url in (string[])[old, fresh])
                using (var answer = await ada.GetAsync(url)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(0, await StopAsync(server));
        }
        await using (var server = await StartAsync(data, ("Delivery:SigningKeys", NewKey)))
        {
            using var visitor = new ApiClient(new Uri(server.Url));
            using (var answer = await visitor.GetAsync(fresh)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await TransformCalls.RefusedAsync(visitor, old, 404, "not-found");
        }
        TempFolders.Delete(data);
    }

    private static Task<int> StopAsync(PixelCraftProcess server) => server.StopAsync(Cancellation);

    private async Task<string> UploadAsync(ApiClient ada)
    {
        var photograph = (await servers.PhotographsAsync()).First(path => path.EndsWith(".jpg", StringComparison.Ordinal));
        var id = await ada.UploadedAsync(photograph, "public");
        await ada.ProcessedAsync(id);
        return id;
    }

    private static async Task<PixelCraftProcess> StartAsync(string? data, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Key, setting => setting.Value);
        if (!string.IsNullOrEmpty(data)) all["Data"] = data;
        var server = await PixelCraftProcess.StartAsync(all, Cancellation);
        await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string> { ["Data"] = server.Data }, ["member", "add", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password, "--admin"], Cancellation);
        return server;
    }
}

internal static class TransformCalls
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> SignAsync(ApiClient client, string id, object transform) =>
        client.SendAsync(HttpMethod.Post, $"/api/v1/images/{id}/transforms", request => request.Content = JsonContent.Create(transform));

    public static async Task<string> UrlAsync(ApiClient client, string id, object transform)
    {
        using var answer = await SignAsync(client, id, transform);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("url").GetString()!;
    }

    public static async Task RefusedAsync(ApiClient client, string url, int status, string code)
    {
        using var answer = await client.GetAsync(url);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True((int)answer.StatusCode == status, $"{url}: {answer.StatusCode} {text}");
        Assert.True(answer.Headers.CacheControl is { NoStore: true, Private: true, Public: false });
        using var problem = JsonDocument.Parse(text);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    public static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
