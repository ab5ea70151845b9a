using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;
using static PixelCraft.Tests.Accounts.AccountsApp;

namespace PixelCraft.Tests.Accounts;

public sealed class AccessTests : IAsyncLifetime
{
    private AccountsApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await StartAsync();
        await _app.AddAsync("ada", administrator: true);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<(HttpClient Program, string Id)> TokenAsync(bool canWrite)
    {
        using var browser = await _app.SignedInAsync("ada");
        var made = await (await browser.PostAsJsonAsync("/api/v1/tokens", new { name = "laptop", canWrite }, Cancel)).Content.ReadFromJsonAsync<JsonElement>(Cancel);
        var text = made.GetProperty("text").GetString()!;
        Assert.Equal("pc_".Length + 52, text.Length);
        var program = _app.Bare();
        program.DefaultRequestHeaders.Authorization = new("Bearer", text);
        return (program, made.GetProperty("info").GetProperty("id").GetString()!);
    }

    [Fact]
    public async Task Token_OfScopeRead_ReadsOnly()
    {
        var (program, _) = await TokenAsync(canWrite: false);
        using (program)
        {
            Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/me", Cancel)).StatusCode);
            Assert.Equal("forbidden", await SessionTests.CodeOf(await program.PostAsync("/api/v1/written", null, Cancel)));
        }
    }

    [Fact]
    public async Task Token_OfScopeWrite_WritesButIsNoSessionNorAdministrator()
    {
        var (program, _) = await TokenAsync(canWrite: true);
        using (program)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await program.PostAsync("/api/v1/written", null, Cancel)).StatusCode);
            Assert.Equal("forbidden", await SessionTests.CodeOf(await program.PostAsJsonAsync("/api/v1/tokens", new { name = "x", canWrite = true }, Cancel)));
            Assert.Equal("forbidden", await SessionTests.CodeOf(await program.GetAsync("/api/v1/members", Cancel)));
        }
    }

    [Fact]
    public async Task Token_Revoked_StopsAtOnce()
    {
        var (program, id) = await TokenAsync(canWrite: true);
        using var browser = await _app.SignedInAsync("ada");
        using (program)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync($"/api/v1/tokens/{id}", Cancel)).StatusCode);
            Assert.Equal("sign-in-needed", await SessionTests.CodeOf(await program.GetAsync("/api/v1/me", Cancel)));
            Assert.Equal("[]", await browser.GetStringAsync("/api/v1/tokens", Cancel));
        }
    }

    [Fact]
    public async Task Token_Wrong_IsNotSavedByACookie()
    {
        using var browser = await _app.SignedInAsync("ada");
        browser.DefaultRequestHeaders.Authorization = new("Bearer", "pc_wrong");

        Assert.Equal("sign-in-needed", await SessionTests.CodeOf(await browser.GetAsync("/api/v1/me", Cancel)));
    }

    [Theory]
    [InlineData("cross-site", null, false)]
    [InlineData("same-site", null, false)]
    [InlineData("same-origin", null, true)]
    [InlineData("none", null, true)]
    [InlineData(null, "https://evil.example", false)]
    [InlineData(null, "null", false)]
    [InlineData(null, "self", true)]
    [InlineData("cross-site", "self", false)]
    [InlineData(null, null, true)]
    public async Task Write_FromAPage_IsTakenFromThisSiteOnly(string? site, string? origin, bool taken)
    {
        using var browser = await _app.SignedInAsync("ada");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/written");
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) request.Headers.Add("Origin", origin == "self" ? browser.BaseAddress!.GetLeftPart(UriPartial.Authority) : origin);

        var response = await browser.SendAsync(request, Cancel);

        if (taken) Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        else Assert.Equal("cross-site", await SessionTests.CodeOf(response));
    }

    [Fact]
    public async Task Read_FromAnotherSite_IsNotStopped()
    {
        using var browser = await _app.SignedInAsync("ada");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync(request, Cancel)).StatusCode);
    }
}
