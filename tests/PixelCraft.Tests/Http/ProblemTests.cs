using System.Net;
using System.Net.Http.Json;
using System.Text;
using Xunit;
using static PixelCraft.Tests.Http.EmbeddedServer;

namespace PixelCraft.Tests.Http;

/// <summary>Requests that can't be right: each gets problem details with its code and the security headers, whatever refused it.</summary>
public sealed class ProblemTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Image = "/api/v1/images/06g30000000000000000000000";

    [Theory]
    [InlineData("GET", "/api/nothing", 404, "not-found")]
    [InlineData("GET", "/API/v1/nothing", 404, "not-found")]
    [InlineData("GET", "/I/x", 404, "not-found")]
    [InlineData("GET", Image, 404, "not-found")]
    [InlineData("GET", "/api/v1/images/zzz", 400, "invalid-request")]
    [InlineData("GET", "/p/zzz/200.webp", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?limit=x", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?trash=maybe", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?visibility=1", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?visibility=public,private", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?q=!%20-%20%25", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?q=%00%01", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/images?q=a%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k%20l%20m%20n%20o%20p%20q%20r%20s%20t%20u", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/images?visibility=public,private", 400, "invalid-request")]
    [InlineData("GET", "/api/v1/members?after=zz", 400, "invalid-request")]
    [InlineData("DELETE", "/api/v1/sessions/zz", 400, "invalid-request")]
    [InlineData("PUT", "/api/v1/images", 405, "method-not-allowed")]
    [InlineData("POST", "/p/06g30000000000000000000000/original", 405, "method-not-allowed")]
    [InlineData("GET", "/health/nothing", 404, "not-found")]
    [InlineData("GET", Image + "/insights?days=0", 422, "invalid-field")]
    public async Task Request_ThatCannotBeRight_GetsItsProblem(string method, string path, int status, string code)
    {
        using var client = await server.SignedInAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Accept", "text/html");
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal((status, code), ((int)answer.StatusCode, await CodeAsync(answer)));
        AssertHeaders(answer);
    }

    [Theory]
    [InlineData("POST", "/api/v1/session", "text/plain", "x=1", 415, "unsupported-media-type")]
    [InlineData("POST", "/api/v1/session", "application/json", "{bad", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/session", "application/json", "", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/session", "application/json", "null", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/session", "application/json", "{}", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/session", "application/json", "{\"email\":null,\"password\":\"x\"}", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/session", "application/json", "{\"email\":\"\\ud800\",\"password\":\"x\"}", 400, "invalid-request")]
    [InlineData("POST", "/api/v1/members", "application/json", "{\"email\":\"a@b\",\"name\":\"\\u0000\",\"password\":\"correct horse\"}", 422, "invalid-field")]
    [InlineData("POST", "/api/v1/tokens", "application/json", "{\"name\":null}", 400, "invalid-request")]
    [InlineData("PATCH", Image, "application/json", "[]", 400, "invalid-request")]
    [InlineData("PATCH", Image, "application/json", "{\"visibility\":\"1\"}", 400, "invalid-request")]
    [InlineData("PATCH", Image, "application/json", "{\"visibility\":2}", 400, "invalid-request")]
    [InlineData("PATCH", Image, "application/json", "{\"tags\":[null]}", 422, "invalid-field")]
    [InlineData("PATCH", Image, "application/json", "{\"title\":\"a\\u0000\"}", 422, "invalid-field")]
    [InlineData("PATCH", Image, "application/json", "{\"title\":\"a\"}", 404, "not-found")]
    [InlineData("POST", "/api/v1/events", "application/json", "{\"events\":[]}", 422, "invalid-field")]
    [InlineData("POST", "/api/v1/events", "application/json", "{\"events\":[{}]}", 422, "invalid-field")]
    [InlineData("POST", Image + "/transforms", "application/json", "{\"width\":0}", 422, "invalid-field")]
    [InlineData("POST", Image + "/comments", "application/json", "{\"text\":\"\"}", 422, "invalid-field")]
    public async Task Body_ThatCannotBeRight_GetsItsProblem(string method, string path, string type, string body, int status, string code)
    {
        using var client = await server.SignedInAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Add("If-Match", "*");
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal((status, code), ((int)answer.StatusCode, await CodeAsync(answer)));
        AssertHeaders(answer);
    }

    [Fact]
    public async Task Search_ThatCannotBeRight_NamesItsParameter()
    {
        using var client = server.Client();
        using var answer = await client.GetAsync($"/api/v1/images?q={new string('a', 201)}", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Cancel);
        Assert.Equal("q: at most 200 characters.", problem.GetProperty("detail").GetString());

        // The page says it too, and keeps what was typed.
        using var page = await client.GetAsync("/?q=!!!", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("value=\"!!!\"", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        foreach (var allowed in new[] { "", "%20", "a", new string('a', 200), "%F0%9F%8C%85", "' OR 1=1 --", "%25_%5C" + "a", "%E2%80%AEx" })
        {
            using var fine = await client.GetAsync($"/api/v1/images?q={allowed}", Cancel);
            Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
        }
    }

    [Fact]
    public async Task Body_ThatIsFarTooLarge_Is413()
    {
        using var client = server.Client();
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new { email = new string('a', 31_000_000), password = "x" }, Cancel);
        Assert.Equal((413, "request-too-large"), ((int)answer.StatusCode, await CodeAsync(answer)));
    }

    [Fact]
    public async Task Body_Wrong_SaysWhere()
    {
        using var client = server.Client();
        using var answer = await client.PostAsync("/api/v1/session", new StringContent("{\"email\":5}", Encoding.UTF8, "application/json"), Cancel);
        Assert.Contains("$.email", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/images")]
    [InlineData("/health/live")]
    [InlineData("/openapi/v1.json")]
    public async Task Head_IsGetWithoutBody(string path)
    {
        using var client = server.Client();
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancel);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        AssertHeaders(head);
    }

    [Theory]
    [InlineData("/nothing", "script-src 'self'")]
    [InlineData("/api/v1/images", "default-src 'none'; frame-ancestors 'none'")]
    [InlineData("/i/06g30000000000000000000000/x/200.webp", "sandbox")]
    [InlineData("/I/06g30000000000000000000000/x/200.webp", "sandbox")]
    [InlineData("/P/06g30000000000000000000000/200.webp", "sandbox")]
    public async Task Policy_IsThatOfThePath(string path, string policy)
    {
        using var client = server.Client();
        using var answer = await client.GetAsync(path, Cancel);
        Assert.Contains(policy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData(null, false)]
    public async Task Cookies_BehindATrustedProxyThatEndsTls_AreSecure(string? scheme, bool secure)
    {
        using var client = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = JsonContent.Create(new { email = Email, password = Password }) };
        if (scheme is not null) request.Headers.Add("X-Forwarded-Proto", scheme);
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal(secure, Assert.Single(answer.Headers.GetValues("Set-Cookie")).Contains("secure", StringComparison.OrdinalIgnoreCase));

        using var page = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        if (scheme is not null) page.Headers.Add("X-Forwarded-Proto", scheme);
        using var shown = await client.SendAsync(page, Cancel);
        Assert.All(shown.Headers.GetValues("Set-Cookie"), cookie => Assert.Equal(secure, cookie.Contains("secure", StringComparison.OrdinalIgnoreCase)));
    }

    private static void AssertHeaders(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }
}
