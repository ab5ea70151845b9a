using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>A program that talks to PixelCraft over HTTP as one member: what curl would do.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly CookieContainer _cookies = new();

    public ApiClient(Uri url)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = url };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What it sends as <c>Cookie</c>: to be that member on another server.</summary>
    public string Cookie => _cookies.GetCookieHeader(_http.BaseAddress!);

    public static async Task<ApiClient> SignedInAsync(Uri url, string email, string password)
    {
        var client = new ApiClient(url);
        using var answer = await client._http.PostAsJsonAsync("/api/v1/session", new { email, password }, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"Sign-in answered {answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        return client;
    }

    public Task<HttpResponseMessage> GetAsync(string path, Action<HttpRequestMessage>? change = null) => SendAsync(HttpMethod.Get, path, change);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        change?.Invoke(request);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        using var answer = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    public async Task<HttpResponseMessage> UploadAsync(Stream file, string fileName, string visibility = "private") =>
        await SendAsync(HttpMethod.Post, $"/api/v1/images?visibility={visibility}&fileName={Uri.EscapeDataString(fileName)}", request => request.Content = new StreamContent(file));

    /// <summary>Uploads a photograph and returns its id, once it was acknowledged.</summary>
    public async Task<string> UploadedAsync(string path, string visibility = "private")
    {
        await using var file = File.OpenRead(path);
        return await UploadedAsync(file, Path.GetFileName(path), visibility);
    }

    /// <summary>The same as an image of its own, also where the photograph was uploaded before: with bytes behind its end.</summary>
    public async Task<string> UploadedAnewAsync(string path, string visibility = "private")
    {
        byte[] bytes = [.. await File.ReadAllBytesAsync(path, Cancellation), .. Guid.NewGuid().ToByteArray()];
        return await UploadedAsync(new MemoryStream(bytes), Path.GetFileName(path), visibility);
    }

    private async Task<string> UploadedAsync(Stream file, string fileName, string visibility)
    {
        using var answer = await UploadAsync(file, fileName, visibility);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{answer.StatusCode}: {text}");
        using var json = JsonDocument.Parse(text);
        var id = json.RootElement.GetProperty("id").GetString()!;
        Assert.Equal("processing", json.RootElement.GetProperty("status").GetString());
        Assert.Equal($"/api/v1/images/{id}", answer.Headers.Location!.OriginalString);
        return id;
    }

    /// <summary>The image, once it is no longer in processing.</summary>
    public async Task<JsonElement> ProcessedAsync(string id) => await Eventually.GetAsync(
        async () => await JsonAsync($"/api/v1/images/{id}"),
        image => image.GetProperty("status").GetString() != "processing",
        TimeSpan.FromSeconds(100));

    public async Task<HttpResponseMessage> PatchAsync(string id, object edit, string? version) => await SendAsync(HttpMethod.Patch, $"/api/v1/images/{id}", request =>
    {
        request.Content = JsonContent.Create(edit);
        if (version is not null) request.Headers.IfMatch.Add(version == "*" ? EntityTagHeaderValue.Any : new EntityTagHeaderValue(version));
    });

    public void Dispose() => _http.Dispose();
}
