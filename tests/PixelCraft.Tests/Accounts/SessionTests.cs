using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;
using static PixelCraft.Tests.Accounts.AccountsApp;

namespace PixelCraft.Tests.Accounts;

public sealed class SessionTests : IAsyncLifetime
{
    private AccountsApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await StartAsync(options => options.LockoutAttempts = 3);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string CookieOf(HttpResponseMessage response) => Assert.Single(response.Headers.GetValues("Set-Cookie"));

    private static string KeyOf(HttpResponseMessage response) => CookieOf(response).Split(';')[0].Split('=', 2)[1];

    private static async Task<HttpStatusCode> MeAsync(HttpClient client, string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        if (cookie is not null) request.Headers.Add("Cookie", $"pixelcraft={cookie}");
        return (await client.SendAsync(request, Cancel)).StatusCode;
    }

    [Fact]
    public async Task SignIn_SetsACookieThatScriptsAndOtherSitesDoNotGet()
    {
        await _app.AddAsync("ada");
        using var client = _app.Bare();

        var response = await SignInAsync(client, "ada");

        var parts = CookieOf(response).Split("; ");
        Assert.StartsWith("pixelcraft=", parts[0], StringComparison.Ordinal);
        Assert.Equal(43, KeyOf(response).Length);
        Assert.Contains("httponly", parts);
        Assert.Contains("samesite=lax", parts);
        Assert.Contains("path=/", parts);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal(HttpStatusCode.OK, await MeAsync(client, KeyOf(response)));
    }

    [Fact]
    public async Task SignIn_OverHttps_SetsASecureHostCookie()
    {
        await _app.AddAsync("ada");
        using var client = _app.Bare();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        var response = await SignInAsync(client, "ada");

        var parts = CookieOf(response).Split("; ");
        Assert.StartsWith("__Host-pixelcraft=", parts[0], StringComparison.Ordinal);
        Assert.Contains("secure", parts);
        client.DefaultRequestHeaders.Add("Cookie", $"__Host-pixelcraft={KeyOf(response)}");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(client));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("nobody\0")]
    [InlineData("ada")]
    public async Task SignIn_Fails_AfterOneComparison_WhetherOrNotThereIsAMember(string name)
    {
        await _app.AddAsync("ada");
        using var client = _app.Bare();

        Assert.Equal("sign-in-failed", await CodeOf(await SignInAsync(client, name, "wrong password")));
        Assert.Equal(1, _app.Hasher.Compared);
    }

    [Fact]
    public async Task SignIn_WithAPlantedKey_MakesANewOne()
    {
        await _app.AddAsync("ada");
        await _app.AddAsync("eve");
        using var client = _app.Bare();
        var planted = KeyOf(await SignInAsync(client, "eve"));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session")
        {
            Content = JsonContent.Create(new { email = "ada@example.org", password = Password }),
        };
        request.Headers.Add("Cookie", $"pixelcraft={planted}");
        var key = KeyOf(await client.SendAsync(request, Cancel));

        Assert.NotEqual(planted, key);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(client, key));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(client, planted));
    }

    [Fact]
    public async Task SignIn_WithAnInventedKey_DoesNotKeepIt()
    {
        await _app.AddAsync("ada");
        using var client = _app.Bare();
        var invented = new string('a', 43);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session")
        {
            Content = JsonContent.Create(new { email = "ada@example.org", password = Password }),
        };
        request.Headers.Add("Cookie", $"pixelcraft={invented}");

        Assert.NotEqual(invented, KeyOf(await client.SendAsync(request, Cancel)));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(client, invented));
    }

    [Fact]
    public async Task SignOut_EndsTheSessionOnTheServer()
    {
        await _app.AddAsync("ada");
        using var client = _app.Bare();
        var key = KeyOf(await SignInAsync(client, "ada"));
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/session");
        request.Headers.Add("Cookie", $"pixelcraft={key}");

        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(request, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(client, key));
    }

    [Fact]
    public async Task Session_LivesAsLongAsItIsUsed()
    {
        await _app.AddAsync("ada");
        using var browser = await _app.SignedInAsync("ada");
        for (var i = 0; i < 3; i++)
        {
            _app.Time.Advance(TimeSpan.FromDays(10));
            Assert.Equal(HttpStatusCode.OK, await MeAsync(browser));
        }
        _app.Time.Advance(TimeSpan.FromDays(14));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(browser));
    }

    [Fact]
    public async Task Session_RevokedFromAnother_EndsAtOnce()
    {
        await _app.AddAsync("ada");
        using var here = await _app.SignedInAsync("ada");
        _app.Time.Advance(TimeSpan.FromSeconds(1));
        using var there = await _app.SignedInAsync("ada");
        var sessions = await here.GetFromJsonAsync<JsonElement>("/api/v1/sessions", Cancel);
        Assert.Equal(2, sessions.GetArrayLength());

        var newest = sessions[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await here.DeleteAsync($"/api/v1/sessions/{newest}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await here.DeleteAsync($"/api/v1/sessions/{newest}", Cancel)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(there));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(here));
    }

    [Fact]
    public async Task Suspension_EndsSessionsAndTokensAtOnce_AndSignInSaysSo()
    {
        var ada = await _app.AddAsync("ada");
        await _app.AddAsync("root", administrator: true);
        using var member = await _app.SignedInAsync("ada");
        using var administrator = await _app.SignedInAsync("root");
        var token = (await (await member.PostAsJsonAsync("/api/v1/tokens", new { name = "x", canWrite = true }, Cancel))
            .Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("text").GetString();
        using var program = _app.Bare();
        program.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(program));

        Assert.Equal(HttpStatusCode.Forbidden, (await member.PatchAsJsonAsync($"/api/v1/members/{ada}", new { suspended = true }, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.PatchAsJsonAsync($"/api/v1/members/{ada}", new { suspended = true }, Cancel)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(member));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(program));
        Assert.Equal("suspended", await CodeOf(await SignInAsync(member, "ada")));
        Assert.Equal("sign-in-failed", await CodeOf(await SignInAsync(member, "ada", "wrong password")));

        await administrator.PatchAsJsonAsync($"/api/v1/members/{ada}", new { suspended = false }, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(member, "ada")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(program));
    }

    [Fact]
    public async Task ChangedPassword_EndsTheOtherSessions()
    {
        await _app.AddAsync("ada");
        using var here = await _app.SignedInAsync("ada");
        using var there = await _app.SignedInAsync("ada");

        Assert.Equal("sign-in-failed", await CodeOf(await here.PutAsJsonAsync("/api/v1/me/password", new { current = "wrong", password = "another horse" }, Cancel)));
        Assert.Equal("invalid-field", await CodeOf(await here.PutAsJsonAsync("/api/v1/me/password", new { current = Password, password = "short" }, Cancel)));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(there));
        var change = await here.PutAsJsonAsync("/api/v1/me/password", new { current = Password, password = "another horse" }, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, change.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(here));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(there));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(there, "ada")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(there, "ada", "another horse")).StatusCode);
    }

    [Fact]
    public async Task FailedAttempts_LockTheAccount_AndDoNotTellThatItIsThere()
    {
        await _app.AddAsync("ada");
        using var browser = _app.Browser();
        for (var i = 0; i < 3; i++) Assert.Equal("sign-in-failed", await CodeOf(await SignInAsync(browser, "ada", "wrong password")));
        var compared = _app.Hasher.Compared;

        Assert.Equal("sign-in-failed", await CodeOf(await SignInAsync(browser, "ada")));
        Assert.Equal(compared + 1, _app.Hasher.Compared);
    }

    [Theory]
    [InlineData("ada")]
    [InlineData("nobody")]
    public async Task Attempts_WithOneAddress_AreLimited_WhetherOrNotItIsAMembers(string name)
    {
        await _app.AddAsync("ada");
        await _app.AddAsync("ben");
        using var browser = _app.Browser();
        for (var i = 0; i < 10; i++) Assert.Equal("sign-in-failed", await CodeOf(await SignInAsync(browser, name.ToUpperInvariant(), "wrong password")));

        var refused = await SignInAsync(browser, name);
        Assert.Equal("locked-out", await CodeOf(refused));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(browser, "ben")).StatusCode);
    }

    [Fact]
    public async Task Challenge_LeadsPeopleToSignInAndTellsProgramsWhy()
    {
        using var browser = _app.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/page?a=1&b=2");
        request.Headers.Add("Accept", "text/html");
        var page = await browser.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
        Assert.Equal("/sign-in?returnUrl=%2Fpage%3Fa%3D1%26b%3D2", page.Headers.Location!.OriginalString);

        var api = await browser.GetAsync("/api/v1/me", Cancel);
        Assert.Equal("sign-in-needed", await CodeOf(api));
        Assert.Equal("Bearer", api.Headers.WwwAuthenticate.ToString());
    }

    internal static async Task<string?> CodeOf(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString();
    }
}
