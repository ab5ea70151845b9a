using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Xunit;
using static PixelCraft.Tests.Http.EmbeddedServer;

namespace PixelCraft.Tests.Http;

/// <summary>The limits of the built program: coming in is limited by address, by the API and by the pages' forms alike.</summary>
public sealed partial class LimitTests(LimitTests.Limited server) : IClassFixture<LimitTests.Limited>
{
    private const int Permits = 3;
    private static int _address;

    [Theory]
    [InlineData("/api/v1/session", "{\"email\":\"a@example.org\",\"password\":\"x\"}")]
    [InlineData("/api/v1/members", "{\"email\":\"\",\"name\":\"\",\"password\":\"\"}")]
    public async Task Api_ComingInTooOften_Is429(string path, string body)
    {
        using var client = From(NewAddress());
        for (var i = 0; i < Permits; i++) Assert.NotEqual(HttpStatusCode.TooManyRequests, (await PostAsync()).StatusCode);
        using var refused = await PostAsync();
        Assert.Equal("too-many-requests", await CodeAsync(refused));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);

        Task<HttpResponseMessage> PostAsync() => client.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancel);
    }

    [Theory]
    [InlineData("/sign-in", "sign-in")]
    [InlineData("/register", "register")]
    public async Task Page_ComingInTooOften_Is429WithItsPage(string path, string form)
    {
        using var client = From(NewAddress());
        using var shown = await client.GetAsync(path, Cancel);
        var token = AntiforgeryField().Match(await shown.Content.ReadAsStringAsync(Cancel)).Groups[1].Value;
        client.DefaultRequestHeaders.Add("Cookie", string.Join("; ", shown.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));

        for (var i = 0; i < Permits; i++) Assert.Equal(HttpStatusCode.OK, (await PostAsync()).StatusCode);
        using var refused = await PostAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("text/html", refused.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(refused.Headers.RetryAfter);
        // To look at the page costs nothing.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path, Cancel)).StatusCode);

        Task<HttpResponseMessage> PostAsync() => client.PostAsync(
            path, new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = form, ["antiforgery"] = token, ["Input.Email"] = "" }), Cancel);
    }

    [Fact]
    public async Task Api_OfAccounts_IsLimited()
    {
        using var client = From(NewAddress());
        using var answer = await client.GetAsync("/api/v1/me", Cancel);
        Assert.StartsWith("\"api\"", Assert.Single(answer.Headers.GetValues("RateLimit-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_TooMany_Are429_AndReadingThemIsNot()
    {
        using var client = await server.SignedInAsync();
        const string Path = "/api/v1/images/01m88afn7fetav7yn7drwbwa39/comments";
        for (var i = 0; i < Permits; i++) Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsJsonAsync(Path, new { text = "x" }, Cancel)).StatusCode);
        using var refused = await client.PostAsJsonAsync(Path, new { text = "x" }, Cancel);
        Assert.Equal("too-many-requests", await CodeAsync(refused));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(Path, Cancel)).StatusCode);
    }

    [Fact]
    public async Task ForwardedFor_IsBelievedOfTheProxyOnly_ByItsLastHop()
    {
        // What the client invents stands before what the proxy adds.
        using var client = server.Client();
        var address = NewAddress();
        for (var i = 0; i <= Permits; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = JsonContent.Create(new { email = "b@example.org", password = "x" }) };
            request.Headers.Add("X-Forwarded-For", $"198.51.100.{i}, {address}");
            using var answer = await client.SendAsync(request, Cancel);
            Assert.Equal(i == Permits, answer.StatusCode == HttpStatusCode.TooManyRequests);
        }
    }

    private static string NewAddress() => $"203.0.113.{Interlocked.Increment(ref _address)}";

    private HttpClient From(string address)
    {
        var client = server.Client();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    [GeneratedRegex("name=\"antiforgery\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryField();

    public sealed class Limited : EmbeddedServer
    {
        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(base.Settings)
        {
            ["Limits:SignIn:Permits"] = $"{Permits}",
            ["Limits:Register:Permits"] = $"{Permits}",
            ["Limits:Comment:Permits"] = $"{Permits}",
        };
    }
}
