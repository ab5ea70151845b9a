using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Accounts.Contracts;
using Xunit;
using static PixelCraft.Tests.Accounts.AccountsApp;

namespace PixelCraft.Tests.Accounts;

public sealed partial class RegistrationTests
{
    private static Task<HttpResponseMessage> RegisterAsync(HttpClient client, string name, string? invitation = null, string password = Password) =>
        client.PostAsJsonAsync("/api/v1/members", new { email = $"{name}@example.org", name, password, invitation }, Cancel);

    private static async Task<string> InviteAsync(AccountsApp app, bool administrator = false)
    {
        using var root = await app.SignedInAsync("root");
        var made = await (await root.PostAsJsonAsync("/api/v1/invitations", new { administrator }, Cancel)).Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return made.GetProperty("code").GetString()!;
    }

    [Fact]
    public async Task First_NeedsTheCodeOfTheLog_AndIsAdministrator()
    {
        await using var app = await StartAsync(options => options.Registration = RegistrationMode.Closed);
        string? code = null;
        await Eventually.TrueAsync(() => Task.FromResult((code = CodeInLog(app)) is not null), "the code is in the log");
        using var browser = app.Browser();

        Assert.Equal("invitation-invalid", await SessionTests.CodeOf(await RegisterAsync(browser, "eve")));
        Assert.Equal("invalid-field", await SessionTests.CodeOf(await RegisterAsync(browser, "ada", code, password: "short")));
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync(browser, "ada", code!.ToUpperInvariant().Replace('-', ' '))).StatusCode);
        Assert.Equal("registration-closed", await SessionTests.CodeOf(await RegisterAsync(browser, "eve", code)));

        await SignInAsync(browser, "ada");
        Assert.True((await browser.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel)).GetProperty("isAdministrator").GetBoolean());
    }

    [Fact]
    public async Task First_AfterTheLastMemberHasGone_GetsANewCode()
    {
        await using var app = await StartAsync(options => options.Registration = RegistrationMode.Closed, worker: true);
        string? code = null;
        await Eventually.TrueAsync(() => Task.FromResult((code = CodeInLog(app)) is not null), "the code is in the log");
        using var browser = app.Browser();
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync(browser, "ada", code)).StatusCode);
        await SignInAsync(browser, "ada");
        using var goes = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/me") { Content = JsonContent.Create(new { password = Password }) };
        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendAsync(goes, Cancel)).StatusCode);

        await Eventually.TrueAsync(
            () =>
            {
                app.Time.Advance(TimeSpan.FromMinutes(1));
                return Task.FromResult((code = CodesInLog(app).Skip(1).FirstOrDefault()) is not null);
            },
            "another code is in the log");
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync(browser, "ben", code)).StatusCode);
        await SignInAsync(browser, "ben");
        Assert.True((await browser.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel)).GetProperty("isAdministrator").GetBoolean());
    }

    [Fact]
    public async Task First_CodeThatExpired_IsFollowedByAnother()
    {
        await using var app = await StartAsync(options => options.InvitationLifetime = TimeSpan.FromHours(2));
        await Eventually.TrueAsync(() => Task.FromResult(CodeInLog(app) is not null), "the code is in the log");
        for (var minutes = 0; minutes < 60; minutes++) app.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(CodesInLog(app));
        await Eventually.TrueAsync(
            () =>
            {
                app.Time.Advance(TimeSpan.FromMinutes(1));
                return Task.FromResult(CodesInLog(app).Count() > 1);
            },
            "another code is in the log");
    }

    [Fact]
    public async Task Register_TakenEmail_SaysSoOfTheAddress()
    {
        await using var app = await StartAsync();
        await app.AddAsync("root", administrator: true);
        using var client = app.Bare();
        var answer = await RegisterAsync(client, "root", await InviteAsync(app));
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal("invalid-field", await SessionTests.CodeOf(answer));
        Assert.Contains("There is an account with this e-mail address already.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sername", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task First_CodeUsedTwiceAtOnce_OneWins()
    {
        await using var app = await StartAsync();
        string? code = null;
        await Eventually.TrueAsync(() => Task.FromResult((code = CodeInLog(app)) is not null), "the code is in the log");
        using var client = app.Bare();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => RegisterAsync(client, $"member{i}", code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
    }

    [Fact]
    public async Task Invitation_Mode_NeedsOneAndUsesItUp()
    {
        await using var app = await StartAsync(options => options.Registration = RegistrationMode.Invitation);
        await app.AddAsync("root", administrator: true);
        var code = await InviteAsync(app);
        using var client = app.Bare();

        Assert.Equal("invitation-invalid", await SessionTests.CodeOf(await RegisterAsync(client, "ada")));
        Assert.Equal("invitation-invalid", await SessionTests.CodeOf(await RegisterAsync(client, "ada", "wrong-code")));
        Assert.Equal("invalid-field", await SessionTests.CodeOf(await RegisterAsync(client, "root", code)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => RegisterAsync(client, $"member{i}", code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(4, answers.Count(answer => answer.StatusCode == HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Open_Mode_TakesEverybody_AndSaysWhatIsWrong()
    {
        await using var app = await StartAsync();
        await app.AddAsync("root", administrator: true);
        using var client = app.Bare();

        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync(client, "ada")).StatusCode);
        var refused = await client.PostAsJsonAsync("/api/v1/members", new { email = "nothing", name = " ", password = "short" }, Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var errors = (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors");
        Assert.Equal(["email", "name", "password"], errors.EnumerateObject().Select(error => error.Name).Order());
        var taken = await (await RegisterAsync(client, "ADA")).Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(taken.GetProperty("errors").TryGetProperty("email", out _));

        using var browser = await app.SignedInAsync("ada");
        var me = await browser.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel);
        Assert.False(me.GetProperty("isAdministrator").GetBoolean());
        Assert.Equal(10_000_000_000, me.GetProperty("quotaBytes").GetInt64());
    }

    [Fact]
    public async Task Closed_Mode_TakesNobody()
    {
        await using var app = await StartAsync(options => options.Registration = RegistrationMode.Closed);
        await app.AddAsync("root", administrator: true);
        var code = await InviteAsync(app);
        using var client = app.Bare();

        Assert.Equal("registration-closed", await SessionTests.CodeOf(await RegisterAsync(client, "ada")));
        Assert.Equal("registration-closed", await SessionTests.CodeOf(await RegisterAsync(client, "ada", code)));
    }

    [Fact]
    public async Task Administrator_ListsMembersAndSetsQuotas()
    {
        await using var app = await StartAsync();
        await app.AddAsync("root", administrator: true);
        for (var i = 0; i < 3; i++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await app.AddAsync($"member{i}");
        }
        using var root = await app.SignedInAsync("root");

        var page = await root.GetFromJsonAsync<JsonElement>("/api/v1/members?limit=3", Cancel);
        Assert.Equal(["member2", "member1", "member0"], page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        var rest = await root.GetFromJsonAsync<JsonElement>($"/api/v1/members?limit=3&after={page.GetProperty("next").GetString()}", Cancel);
        Assert.Equal(["root"], rest.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);

        var id = page.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await root.PatchAsJsonAsync($"/api/v1/members/{id}", new { quotaBytes = 7 }, Cancel)).StatusCode);
        page = await root.GetFromJsonAsync<JsonElement>("/api/v1/members?limit=1", Cancel);
        Assert.Equal(7, page.GetProperty("items")[0].GetProperty("quotaBytes").GetInt64());
        var self = rest.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal("forbidden", await SessionTests.CodeOf(await root.PatchAsJsonAsync($"/api/v1/members/{self}", new { suspended = true }, Cancel)));

        using var member = await app.SignedInAsync("member0");
        Assert.Equal("forbidden", await SessionTests.CodeOf(await member.GetAsync("/api/v1/members", Cancel)));
    }

    private static string? CodeInLog(AccountsApp app) => CodesInLog(app).FirstOrDefault();

    private static IEnumerable<string> CodesInLog(AccountsApp app) =>
        app.Log.Lines.Select(line => CodePattern.Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/register\?invitation=([0-9a-z-]{23})")]
    private static partial Regex CodePattern { get; }
}
