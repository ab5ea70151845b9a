using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using MimeKit;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Mails, from the request to what has arrived, in the built program.</summary>
/// <param name="installation">Where.</param>
public abstract partial class MailScenario(Installation installation)
{
    private const string NewPassword = "battery staple";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What links in mails begin with.</summary>
    private protected abstract string Site { get; }

    /// <summary>The paths of all mails that have arrived.</summary>
    private protected abstract IReadOnlyList<string> Arrived { get; }

    /// <summary>The mails to an address, as soon as there are so many.</summary>
    private protected async Task<IReadOnlyList<MimeMessage>> MailsAsync(string to, int count = 1, Func<IReadOnlyList<string>>? arrived = null, int seconds = 45)
    {
        var mails = await Eventually.GetAsync(
            async () => (await Task.WhenAll((arrived?.Invoke() ?? Arrived).Select(path => MimeMessage.LoadAsync(path, Cancel)))).Where(mail => mail.To.Mailboxes.Single().Address == to).ToList(),
            found => found.Count >= count, TimeSpan.FromSeconds(seconds));
        return mails;
    }

    /// <summary>Makes a member whom no other test knows, by an invitation that ada hands on; returns the e-mail address.</summary>
    private protected async Task<string> NewMemberAsync(string name = "somebody", string prefix = "m")
    {
        var email = $"{prefix}{Guid.NewGuid():n}@example.org";
        using var ada = await installation.SignInAsync("ada");
        using var invited = await SendAsync(ada, "/api/v1/invitations", new { administrator = false });
        var invitation = (await invited.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString();
        using var visitor = installation.Visitor();
        using var registered = await SendAsync(visitor, "/api/v1/members", new { email, name, password = Installation.Password, invitation });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        return email;
    }

    private protected static Task<HttpResponseMessage> SendAsync(ApiClient client, string path, object body) =>
        client.SendAsync(HttpMethod.Post, path, request => request.Content = JsonContent.Create(body));

    private protected async Task RequestAsync(string email)
    {
        using var visitor = installation.Visitor();
        using var answer = await SendAsync(visitor, "/api/v1/password-resets", new { email });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private protected static string TokenOf(MimeMessage mail) => Token.Match(mail.TextBody!).Groups[1].Value;

    [Fact]
    public async Task ForgottenPassword_EndToEnd()
    {
        const string Name = "Zoë <b>\"O'Neill\"</b>, eve@example.com";
        var email = await NewMemberAsync(Name);
        using var here = await ApiClient.SignedInAsync(installation.Url, email, Installation.Password);
        using var there = await ApiClient.SignedInAsync(installation.Url, email, Installation.Password);

        await RequestAsync(email);
        var mail = Assert.Single(await MailsAsync(email));
        Assert.Equal("Choose a new password", mail.Subject);
        Assert.Equal(Name, mail.To.Mailboxes.Single().Name);
        Assert.DoesNotContain("<b>", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains($"{Site}/reset-password?token=", mail.TextBody, StringComparison.Ordinal);

        // The page by which people do it: looking uses nothing up, and its address is told to nobody.
        using var visitor = installation.Visitor();
        var token = TokenOf(mail);
        for (var look = 0; look < 2; look++)
        {
            using var page = await visitor.GetAsync($"/reset-password?token={token}");
            Assert.Equal("no-referrer", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
            Assert.Contains("no-store", page.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.Contains($"value=\"{token}\"", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        using var used = await SendAsync(visitor, "/api/v1/password-resets/use", new { token, password = NewPassword });
        Assert.Equal(HttpStatusCode.NoContent, used.StatusCode);
        foreach (var session in new[] { here, there })
        {
            using var me = await session.GetAsync("/api/v1/me");
            Assert.Equal(HttpStatusCode.Unauthorized, me.StatusCode);
        }
        using var old = await SendAsync(visitor, "/api/v1/session", new { email, password = Installation.Password });
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        using var again = await ApiClient.SignedInAsync(installation.Url, email, NewPassword);

        using var twice = await SendAsync(visitor, "/api/v1/password-resets/use", new { token, password = "a third password" });
        Assert.Equal(HttpStatusCode.Gone, twice.StatusCode);
        using var gone = await visitor.GetAsync($"/reset-password?token={token}");
        Assert.DoesNotContain("name=\"Input.Password\"", await gone.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains(await MailsAsync(email, 2), notice => notice.Subject == "Your password was changed");
    }

    [Fact]
    public async Task Request_ForNobody_IsAnsweredAlike_AndSendsNothing()
    {
        var (email, nobody) = (await NewMemberAsync(), $"nobody{Guid.NewGuid():n}@example.org");
        await RequestAsync(nobody);
        await RequestAsync(email);
        await MailsAsync(email);
        Assert.Empty(await MailsAsync(nobody, 0));
    }

    [Fact]
    public async Task Invitation_GoesOutByMail()
    {
        var email = $"guest{Guid.NewGuid():n}@example.org";
        using var ada = await installation.SignInAsync("ada");
        using var invited = await SendAsync(ada, "/api/v1/invitations", new { email });
        Assert.Equal(HttpStatusCode.Accepted, invited.StatusCode);
        var mail = Assert.Single(await MailsAsync(email));
        Assert.Contains($"{Site}/register?invitation=", mail.TextBody, StringComparison.Ordinal);
        using var visitor = installation.Visitor();
        var invitation = Invitation.Match(mail.TextBody!).Groups[1].Value;
        using var registered = await SendAsync(visitor, "/api/v1/members", new { email, name = "guest", password = Installation.Password, invitation });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
    }

    [Fact]
    public async Task Request_AcknowledgedByAServerThatDies_IsSentAllTheSame()
    {
        var (server, survivor) = await installation.StartDoomedAsync();
        using (var visitor = new ApiClient(new Uri(server.Url)))
        {
            using var answer = await SendAsync(visitor, "/api/v1/password-resets", new { email = "ben@example.org" });
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
        server.Kill();
        await survivor();
        // It may have died with the mail in hand: then another takes it when the time for that is up.
        await MailsAsync("ben@example.org", arrived: () => ArrivedAt(server), seconds: 150);
    }

    /// <summary>The mails of an installation to which this process belongs.</summary>
    private protected virtual IReadOnlyList<string> ArrivedAt(PixelCraftProcess process) => Arrived;

    [GeneratedRegex(@"/reset-password\?token=(\S+)")]
    private static partial Regex Token { get; }

    [GeneratedRegex(@"/register\?invitation=(\S+)")]
    private static partial Regex Invitation { get; }
}

public sealed class EmbeddedMailTests(EmbeddedInstallation installation) : MailScenario(installation), IClassFixture<EmbeddedInstallation>
{
    private protected override string Site => installation.Url.ToString().TrimEnd('/');

    private protected override IReadOnlyList<string> Arrived => ArrivedAt(installation.FirstProcess);

    private protected override IReadOnlyList<string> ArrivedAt(PixelCraftProcess process) =>
        Directory.Exists(Path.Combine(process.Data, "mail")) ? [.. Directory.EnumerateFiles(Path.Combine(process.Data, "mail"), "*.eml")] : [];
}
