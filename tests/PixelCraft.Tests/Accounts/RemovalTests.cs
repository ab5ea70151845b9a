using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using Xunit;
using static PixelCraft.Tests.Accounts.AccountsApp;

namespace PixelCraft.Tests.Accounts;

public sealed class RemovalTests : IAsyncLifetime
{
    private AccountsApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await StartAsync(worker: true);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task<HttpResponseMessage> DeleteAsync(HttpClient browser, string password) =>
        browser.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/v1/me") { Content = JsonContent.Create(new { password }) }, Cancel);

    private async Task<bool> IsErasedAsync(Id member) =>
        _app.Data.Erased.Contains(member) && (await _app.Services.GetRequiredService<IClosedAccounts>().ListAsync(10, Cancel)).Count == 0;

    [Fact]
    public async Task Delete_NeedsThePassword_ThenClosesAtOnceAndErases()
    {
        var ada = await _app.AddAsync("ada");
        using var browser = await _app.SignedInAsync("ada");
        using var elsewhere = await _app.SignedInAsync("ada");

        Assert.Equal("sign-in-failed", await SessionTests.CodeOf(await DeleteAsync(browser, "wrong password")));
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(browser, Password)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/me", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync("/api/v1/me", Cancel)).StatusCode);
        Assert.Equal("sign-in-failed", await SessionTests.CodeOf(await SignInAsync(browser, "ada")));
        await using var scope = _app.Services.CreateAsyncScope();
        Assert.Empty(await scope.ServiceProvider.GetRequiredService<IMemberDirectory>().NamesAsync([ada], Cancel));
        await Eventually.TrueAsync(() => IsErasedAsync(ada), "the member is erased");
    }

    [Fact]
    public async Task Erase_AModuleIsAway_IsDoneLater()
    {
        var ada = await _app.AddAsync("ada");
        _app.Data.Failures = 3;
        using var browser = await _app.SignedInAsync("ada");

        await DeleteAsync(browser, Password);

        await Eventually.TrueAsync(
            () =>
            {
                _app.Time.Advance(TimeSpan.FromMinutes(1)); // the queue's delays and the sweep
                return IsErasedAsync(ada);
            },
            "the member is erased");
    }

    [Fact]
    public async Task Erase_TheJobIsLost_TheSweepFindsTheMember()
    {
        var ada = await _app.AddAsync("ada");
        await _app.Services.GetRequiredService<IClosedAccounts>().CloseAsync(ada, _app.Time.GetUtcNow(), "NEW", Cancel);

        await Eventually.TrueAsync(
            () =>
            {
                _app.Time.Advance(TimeSpan.FromMinutes(1));
                return IsErasedAsync(ada);
            },
            "the member is erased");
    }

    [Fact]
    public async Task Export_HoldsEverything()
    {
        var ada = await _app.AddAsync("ada");
        using var browser = await _app.SignedInAsync("ada");
        await browser.PostAsJsonAsync("/api/v1/tokens", new { name = "laptop", canWrite = false }, Cancel);

        var response = await browser.GetAsync("/api/v1/me/export", Cancel);

        Assert.Equal("application/zip", response.Content.Headers.ContentType!.MediaType);
        await using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal(["account.json", "images/one.txt", "sessions.json", "tokens.json"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        Assert.Equal("ada@example.org", (await ReadAsync(zip, "account.json")).GetProperty("email").GetString());
        Assert.Equal(1, (await ReadAsync(zip, "sessions.json")).GetArrayLength());
        Assert.Equal("laptop", (await ReadAsync(zip, "tokens.json"))[0].GetProperty("name").GetString());
        using var file = new StreamReader(await zip.GetEntry("images/one.txt")!.OpenAsync(Cancel));
        Assert.Equal($"kept for {ada}", await file.ReadToEndAsync(Cancel));
    }

    private static async Task<JsonElement> ReadAsync(ZipArchive zip, string path)
    {
        await using var stream = await zip.GetEntry(path)!.OpenAsync(Cancel);
        return (await JsonDocument.ParseAsync(stream, cancellationToken: Cancel)).RootElement;
    }
}
