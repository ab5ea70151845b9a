using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Mail;
using Xunit;
using static PixelCraft.Tests.Accounts.AccountsApp;

namespace PixelCraft.Tests.Accounts;

/// <summary>Forgotten passwords, with the clock in the test's hand. End to end they are in Scenario/.</summary>
public sealed partial class PasswordResetTests : IAsyncLifetime
{
    private const string NewPassword = "battery staple";

    private AccountsApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await StartAsync(worker: true);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<HttpResponseMessage> RequestAsync(string email) =>
        await _app.Bare().PostAsJsonAsync("/api/v1/password-resets", new { email }, Cancel);

    private async Task<HttpResponseMessage> UseAsync(string token, string password = NewPassword) =>
        await _app.Bare().PostAsJsonAsync("/api/v1/password-resets/use", new { token, password }, Cancel);

    private async Task<MailMessage> MailAsync(int number)
    {
        await Eventually.TrueAsync(() => _app.Mails.Mails.Count >= number, $"mail {number}");
        return _app.Mails.Mails[number - 1];
    }

    private static string TokenOf(MailMessage mail) => Link.Match(mail.Text).Groups[1].Value;

    [Fact]
    public async Task Reset_ByTheLink_CountsOnce_EndsSessions_AndIsTold()
    {
        await _app.AddAsync("ada");
        using var here = await _app.SignedInAsync("ada");
        using var there = await _app.SignedInAsync("ada");
        Assert.Equal(HttpStatusCode.Accepted, (await RequestAsync("  ADA@example.org ")).StatusCode);
        var mail = await MailAsync(1);
        Assert.Equal(("ada@example.org", "ada"), (mail.Address, mail.Name));
        Assert.Contains($"{Site}/reset-password?token=", mail.Html, StringComparison.Ordinal);

        Assert.Equal("invalid-field", await SessionTests.CodeOf(await UseAsync(TokenOf(mail), "short")));
        Assert.Equal(HttpStatusCode.NoContent, (await UseAsync(TokenOf(mail))).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await here.GetAsync("/api/v1/me", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync("/api/v1/me", Cancel)).StatusCode);
        using var browser = _app.Browser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(browser, "ada")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(browser, "ada", NewPassword)).StatusCode);
        Assert.Equal("link-gone", await SessionTests.CodeOf(await UseAsync(TokenOf(mail), "another password")));
        Assert.Equal("Your password was changed", (await MailAsync(2)).Subject);
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(browser, "ada", NewPassword)).StatusCode);
    }

    [Fact]
    public async Task Link_AfterAnHour_IsGone()
    {
        await _app.AddAsync("ada");
        await RequestAsync("ada@example.org");
        var token = TokenOf(await MailAsync(1));
        _app.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("link-gone", await SessionTests.CodeOf(await UseAsync(token)));
    }

    [Fact]
    public async Task Mail_ThatCouldNotBeSentForAnHour_IsNotSentAnyMore()
    {
        await _app.AddAsync("ada");
        _app.Mails.Answer = _ => throw new UnavailableException("mail server");
        await RequestAsync("ada@example.org");
        await Eventually.TrueAsync(() => _app.Mails.Tries > 0);
        _app.Time.Advance(TimeSpan.FromHours(1));
        _app.Mails.Answer = null;
        var outbox = _app.Services.GetRequiredService<IMailOutbox>();
        await Eventually.TrueAsync(
            async () =>
            {
                _app.Time.Advance(TimeSpan.FromMinutes(1));
                return (await outbox.BacklogAsync(Cancel)).Waiting == 0;
            },
            "the mail is dropped");
        Assert.Empty(_app.Mails.Mails);
    }

    [Fact]
    public async Task Request_AnswersTheSame_WhetherOrNotItIsAMembers()
    {
        await _app.AddAsync("ada");
        var (member, nobody) = (await RequestAsync("ada@example.org"), await RequestAsync("nobody@example.org"));
        Assert.Equal(
            member.Headers.Select(header => header.Key).Concat([member.StatusCode.ToString(), await member.Content.ReadAsStringAsync(Cancel)]),
            nobody.Headers.Select(header => header.Key).Concat([nobody.StatusCode.ToString(), await nobody.Content.ReadAsStringAsync(Cancel)]));
        // Nor does it take longer: no password is compared, and the same is written.
        Assert.Equal(0, _app.Hasher.Compared);

        await RequestAsync("ada@example.org");
        await MailAsync(2);
        Assert.All(_app.Mails.Mails, mail => Assert.Equal("ada@example.org", mail.Address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("a@example.org, b@example.org")]
    [InlineData("Ada <ada@example.org>")]
    [InlineData("a@example.org\r\nBcc: b@example.org")]
    public async Task Request_ForWhatIsNoAddress_IsRefused(string email) => Assert.Equal("invalid-field", await SessionTests.CodeOf(await RequestAsync(email)));

    [Fact]
    public async Task Requests_ForOneAddress_AreLimited()
    {
        await _app.AddAsync("ada");
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.Accepted, (await RequestAsync("ada@example.org")).StatusCode);
        Assert.Equal("locked-out", await SessionTests.CodeOf(await RequestAsync("ada@example.org")));
        // However many networks ask, the mailbox isn't filled.
        await Eventually.TrueAsync(async () => (await _app.Services.GetRequiredService<IMailOutbox>().BacklogAsync(Cancel)).Waiting == 0);
        Assert.Equal(5, _app.Mails.Mails.Count);
    }

    [Fact]
    public async Task PasswordChange_IsToldByMail()
    {
        await _app.AddAsync("ada");
        using var browser = await _app.SignedInAsync("ada");
        using var changed = await browser.PutAsJsonAsync("/api/v1/me/password", new { current = Password, password = NewPassword }, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        var mail = await MailAsync(1);
        Assert.Equal(("Your password was changed", "ada@example.org"), (mail.Subject, mail.Address));
        // The session of this browser goes on, under the new stamp.
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Invitation_ByMail_LetsItsRecipientRegister()
    {
        await _app.AddAsync("ada", administrator: true);
        using var ada = await _app.SignedInAsync("ada");
        using var invited = await ada.PostAsJsonAsync("/api/v1/invitations", new { email = "ben@example.net", administrator = true }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, invited.StatusCode);
        Assert.Empty(await invited.Content.ReadAsStringAsync(Cancel));

        var mail = await MailAsync(1);
        Assert.Equal("ben@example.net", mail.Address);
        var code = Code.Match(mail.Text).Groups[1].Value;
        var registration = new { email = "ben@example.org", name = "ben", password = Password, invitation = code };
        Assert.Equal(HttpStatusCode.Created, (await _app.Bare().PostAsJsonAsync("/api/v1/members", registration, Cancel)).StatusCode);
        using var ben = await _app.SignedInAsync("ben");
        Assert.Equal(HttpStatusCode.OK, (await ben.GetAsync("/api/v1/members", Cancel)).StatusCode);
        Assert.Equal("invitation-invalid", await SessionTests.CodeOf(await _app.Bare().PostAsJsonAsync("/api/v1/members", registration with { email = "eve@example.org" }, Cancel)));
        Assert.Equal("invalid-field", await SessionTests.CodeOf(await ada.PostAsJsonAsync("/api/v1/invitations", new { email = "ben" }, Cancel)));
    }

    [GeneratedRegex(@"/reset-password\?token=(\S+)")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"/register\?invitation=(\S+)")]
    private static partial Regex Code { get; }
}
