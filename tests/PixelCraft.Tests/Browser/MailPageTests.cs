using System.Text.RegularExpressions;
using Microsoft.Playwright;
using MimeKit;
using PixelCraft.Tests.Scenario;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>Forgotten passwords and invitations by mail, as people come to them.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class MailPageTests(BrowserInstallation installation)
{
    private const string NewPassword = "battery staple";

    public static TheoryData<int, bool, bool> Looks => new() { { 360, false, true }, { 360, true, false }, { 1440, false, false }, { 1440, true, true } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task ForgottenPassword_IsChangedByItsLink(int width, bool dark, bool script)
    {
        var email = await installation.NewMemberAsync();
        await using var elsewhere = await installation.OpenAsync();
        await elsewhere.SignInAsync(email);
        await using var window = await installation.OpenAsync(new Look(width, dark, script));
        var page = window.Page;
        await window.GoAsync("/sign-in");
        await page.GetByRole(AriaRole.Link, new() { Name = "Forgot your password?" }).ClickAsync();
        await IsSoundAsync(window, script);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send me a link" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Enter your e-mail address.");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send me a link" }).ClickAsync();
        await Expect(page.GetByText($"If {email} belongs to an account here")).ToBeVisibleAsync();
        await IsSoundAsync(window, script);

        var link = Link.Match((await MailAsync(email)).TextBody!).Value;
        await window.GoAsync(new Uri(link).PathAndQuery);
        await IsSoundAsync(window, script);
        await page.GetByLabel("New password").FillAsync("short");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("at least 10 characters");
        // From here on the token is in no address.
        Assert.DoesNotContain("token", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("New password").FillAsync(NewPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await window.ArriveAsync("/sign-in");
        await Expect(page.GetByText("Your new password counts. Sign in with it.")).ToBeVisibleAsync();
        await IsSoundAsync(window, script);

        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(NewPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await window.ArriveAsync("/$");
        await elsewhere.GoAsync("/account");
        await elsewhere.ArriveAsync("/sign-in");

        await window.GoAsync(new Uri(link).PathAndQuery);
        await Expect(page.GetByText("That link can’t be used")).ToBeVisibleAsync();
        await IsSoundAsync(window, script);
        window.HasNoFaults();
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Password_ChangedOnTheAccountPage_KeepsThisSession(int width, bool dark)
    {
        var email = await installation.NewMemberAsync();
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        await window.SignInAsync(email);
        await window.GoAsync("/account");
        var card = page.GetByRole(AriaRole.Region, new() { Name = "Change password" });
        await card.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await Expect(card.GetByText("Enter your password.")).ToBeVisibleAsync();
        await card.GetByLabel("Your password").FillAsync("not my password");
        await card.GetByLabel("New password").FillAsync(NewPassword);
        await card.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await Expect(card.GetByText("That is not your password.")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        await card.GetByLabel("Your password").FillAsync(Installation.Password);
        await card.GetByLabel("New password").FillAsync(NewPassword);
        await card.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToHaveTextAsync("Your password was changed.");
        await window.GoAsync("/mine");
        await Expect(page).ToHaveURLAsync(new Regex("/mine$"));
        window.HasNoFaults();
        Assert.Equal("Your password was changed", (await MailAsync(email)).Subject);
    }

    [Theory]
    [InlineData(360)]
    [InlineData(1440)]
    public async Task Invitation_WithAnAddress_GoesOutByMail(int width)
    {
        await using var window = await installation.OpenAsync(new Look(width));
        var page = window.Page;
        await window.SignInAsync("ada@example.org");
        await window.GoAsync("/admin/members");
        await page.GetByLabel("E-mail address (optional)").FillAsync("no address");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an invitation" }).ClickAsync();
        await Expect(page.GetByText("This is not an e-mail address.")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        var email = $"guest{width}@example.net";
        await page.GetByLabel("E-mail address (optional)").FillAsync(email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an invitation" }).ClickAsync();
        await Expect(page.GetByText($"An invitation to {email} is on its way.")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        window.HasNoFaults();
        Assert.Contains("/register?invitation=", (await MailAsync(email)).TextBody, StringComparison.Ordinal);
    }

    private static async Task IsSoundAsync(Window window, bool script)
    {
        // axe-core is script.
        if (script) await window.IsSoundAsync();
    }

    private async Task<MimeMessage> MailAsync(string to)
    {
        var folder = Path.Combine(installation.FirstProcess.Data, "mail");
        return (await Eventually.GetAsync(
            async () => Directory.Exists(folder)
                ? (await Task.WhenAll(Directory.EnumerateFiles(folder, "*.eml").Select(file => MimeMessage.LoadAsync(file, TestContext.Current.CancellationToken)))).FirstOrDefault(mail => mail.To.Mailboxes.Single().Address == to)
                : null,
            mail => mail is not null, TimeSpan.FromSeconds(30)))!;
    }

    [GeneratedRegex(@"http\S+/reset-password\?token=\S+")]
    private static partial Regex Link { get; }
}
