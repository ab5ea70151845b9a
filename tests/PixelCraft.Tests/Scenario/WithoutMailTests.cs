using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>An installation that has no SMTP server: what needs one says so, and nothing is promised.</summary>
public sealed class WithoutMailTests(SplitInstallation installation) : IClassFixture<SplitInstallation>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ForgottenPassword_SaysThatThereIsNoMail()
    {
        using var visitor = installation.Visitor();
        var page = await TextAsync(visitor, "/forgot-password");
        Assert.Contains("This installation sends no mail.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Send me a link", page, StringComparison.Ordinal);
        await IsRefusedAsync(visitor, "/api/v1/password-resets", new { email = "ada@example.org" });
    }

    [Fact]
    public async Task Invitation_IsALinkToHandOn_AndNoAddressIsAskedFor()
    {
        using var ada = await installation.SignInAsync("ada");
        var page = await TextAsync(ada, "/admin/members");
        Assert.Contains("Make an invitation", page, StringComparison.Ordinal);
        Assert.DoesNotContain("invite-email", page, StringComparison.Ordinal);
        await IsRefusedAsync(ada, "/api/v1/invitations", new { email = "new@example.org" });
        using var made = await ada.SendAsync(HttpMethod.Post, "/api/v1/invitations", request => request.Content = JsonContent.Create(new { }));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    private static async Task<string> TextAsync(ApiClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private static async Task IsRefusedAsync(ApiClient client, string path, object body)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, path, request => request.Content = JsonContent.Create(body));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("no-mail", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }
}
