using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>
/// A member whose writes are not acknowledged on one side of a partition, and who sends the same ones again on the other: an upload and a comment
/// with their idempotency keys, an edit of the version that was read, a like.
/// </summary>
internal sealed partial class Wanderer(LocalCluster cluster, Load load)
{
    private readonly byte[] _file = TestImage.New();
    private readonly string _key = Guid.NewGuid().ToString();
    private readonly string _words = $"comment {Guid.NewGuid():n}";
    private readonly string _title = $"title {Guid.NewGuid():n}";
    private string _image = "";
    private string _version = "";
    private string? _uploaded;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The page of the image that is written to.</summary>
    public string Page => $"/images/{_image}";

    /// <summary>Signs in, and has an image to write to.</summary>
    public static async Task<Wanderer> StartAsync(LocalCluster cluster)
    {
        var wanderer = new Wanderer(cluster, await Load.StartAsync(cluster.Urls, readers: 0, writers: 0, ct: Ct));
        using var answer = await wanderer.UploadAsync(0, TestImage.New(), Guid.NewGuid().ToString());
        wanderer._image = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString()!;
        // When the worker has written it too, its version stays.
        var image = await Eventually.GetAsync(wanderer.ImageAsync, image => image.GetProperty("status").GetString() == "ready", TimeSpan.FromSeconds(40));
        wanderer._version = $"\"{image.GetProperty("version").GetInt64()}\"";
        return wanderer;
    }

    /// <summary>Sends all writes once by a balancer. Returns the answers that acknowledge, by what was sent.</summary>
    public async Task<IReadOnlyList<string>> SendAsync(int balancer)
    {
        var acknowledged = await Task.WhenAll(
            TryAsync("upload", () => UploadAsync(balancer, _file, _key)),
            TryAsync("comment", () => load.SendAsync(HttpMethod.Post, $"/api/v1/images/{_image}/comments", request =>
            {
                request.Headers.Add("Idempotency-Key", _key);
                request.Content = JsonContent.Create(new { text = _words });
            }, balancer, Ct)),
            TryAsync("edit", () => load.SendAsync(HttpMethod.Patch, $"/api/v1/images/{_image}", request =>
            {
                request.Headers.TryAddWithoutValidation("If-Match", _version);
                request.Content = JsonContent.Create(new { title = _title });
            }, balancer, Ct)),
            TryAsync("like", () => load.SendAsync(HttpMethod.Put, $"/api/v1/images/{_image}/like", first: balancer, ct: Ct)));
        return [.. acknowledged.OfType<string>()];
    }

    /// <summary>Sends them all by a balancer until each is acknowledged; an edit that was refused as stale counts when it is what is there.</summary>
    public async Task SendUntilAcknowledgedAsync(int balancer)
    {
        var rest = new HashSet<string> { "upload", "comment", "edit", "like" };
        var begun = load.Now;
        while (rest.Count > 0)
        {
            Assert.True(load.Now - begun < TimeSpan.FromSeconds(60), $"Not acknowledged: {string.Join(", ", rest)}");
            rest.ExceptWith(await SendAsync(balancer));
        }
    }

    /// <summary>What is there of it after healing: each exactly once.</summary>
    public async Task CountAsync()
    {
        Assert.NotNull(_uploaded);
        var list = await JsonAsync("/api/v1/images?owner=me&limit=100");
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_file));
        var same = Assert.Single(list.GetProperty("items").EnumerateArray(), image => image.GetProperty("sha256").GetString() == sha256);
        Assert.Equal(_uploaded, same.GetProperty("id").GetString());

        var image = await ImageAsync();
        Assert.Equal(_title, image.GetProperty("title").GetString());
        Assert.Equal(long.Parse(_version.Trim('"'), CultureInfo.InvariantCulture) + 1, image.GetProperty("version").GetInt64());
        var discussion = await JsonAsync($"/api/v1/images/{_image}/comments?limit=100");
        Assert.Single(discussion.GetProperty("items").EnumerateArray(), comment => comment.GetProperty("text").GetString() == _words);
        Assert.Equal(1, discussion.GetProperty("likes").GetInt32());
    }

    /// <summary>Fetches a page by a balancer as a browser without script does.</summary>
    public async Task<(HttpStatusCode Status, string Html)> GetAsync(int balancer, string path)
    {
        using var answer = await load.SendAsync(HttpMethod.Get, path, first: balancer, ct: Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Sends the form of a page that has a field, with another value in it and all others as they came.</summary>
    /// <returns>The answer's status, whether it says when to try again, and its page.</returns>
    public async Task<(HttpStatusCode Status, bool RetryAfter, string Html)> SubmitAsync(int balancer, string page, string html, string field, string value)
    {
        var form = Form().Matches(html).Single(form => form.Value.Contains($"name=\"{field}\"", StringComparison.Ordinal)).Value;
        var action = Action().Match(form) is { Success: true } there ? WebUtility.HtmlDecode(there.Groups[1].Value) : page;
        var inputs = Input().Matches(form).Select(input => input.Value).Where(input => !input.Contains("type=\"radio\"", StringComparison.Ordinal) || Checked().IsMatch(input));
        var fields = inputs.ToDictionary(input => Name().Match(input).Groups[1].Value, input => WebUtility.HtmlDecode(Value().Match(input).Groups[1].Value));
        foreach (Match area in TextArea().Matches(form)) fields[area.Groups[1].Value] = WebUtility.HtmlDecode(area.Groups[2].Value);
        fields[field] = value;
        using var answer = await load.SendAsync(HttpMethod.Post, action, request => request.Content = new FormUrlEncodedContent(fields), balancer, Ct);
        return (answer.StatusCode, answer.Headers.RetryAfter is not null, await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task<string?> TryAsync(string what, Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            using var answer = await send();
            if (what == "upload" && answer.IsSuccessStatusCode) _uploaded = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString();
            // The edit was done by an attempt that got no answer: who reads the image finds it so.
            if (what == "edit" && answer.StatusCode == HttpStatusCode.PreconditionFailed && (await ImageAsync()).GetProperty("title").GetString() == _title) return what;
            return answer.IsSuccessStatusCode ? what : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !Ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private Task<HttpResponseMessage> UploadAsync(int balancer, byte[] file, string key) => load.SendAsync(HttpMethod.Post, "/api/v1/images?fileName=w.png", request =>
    {
        request.Headers.Add("Idempotency-Key", key);
        request.Content = new ByteArrayContent(file);
    }, balancer, Ct);

    private Task<JsonElement> ImageAsync() => JsonAsync($"/api/v1/images/{_image}");

    private async Task<JsonElement> JsonAsync(string path)
    {
        using var answer = await load.SendAsync(HttpMethod.Get, path, first: cluster.Urls.Count - 1, ct: Ct);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    [GeneratedRegex("<form\\b.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("^<form[^>]* action=\"([^\"]*)\"")]
    private static partial Regex Action();

    [GeneratedRegex("<input\\b[^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex("\\bchecked\\b")]
    private static partial Regex Checked();

    [GeneratedRegex("<textarea\\b[^>]* name=\"([^\"]*)\"[^>]*>(.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex TextArea();

    [GeneratedRegex("name=\"([^\"]*)\"")]
    private static partial Regex Name();

    [GeneratedRegex("value=\"([^\"]*)\"")]
    private static partial Regex Value();
}
