using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>Every page and state that the scenario does not come by, on a phone and at a desk, light and dark.</summary>
[Collection(BrowserTests.Name)]
public sealed class PageTests(BrowserInstallation installation)
{
    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Pages_OfAVisitor_AreSound(int width, bool dark)
    {
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        foreach (var path in new[] { "/", "/sign-in", "/register", "/status" })
        {
            await window.GoAsync(path);
            await window.IsSoundAsync();
        }

        // What was typed stays when something is wrong.
        await window.GoAsync("/register");
        await page.GetByLabel("Your name").FillAsync("Somebody");
        await page.GetByLabel("Password").FillAsync("short");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Enter your e-mail address.");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeFocusedAsync();
        await Expect(page.GetByLabel("Your name")).ToHaveValueAsync("Somebody");
        await window.IsSoundAsync();
        window.HasNoFaults();

        await window.GoAsync("/errors/503");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Try again" })).ToBeVisibleAsync();
        await window.IsSoundAsync();
        await window.GoAsync("/nothing/here");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is nothing here" })).ToBeVisibleAsync();
        await window.IsSoundAsync();
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Pages_OfAMember_AreSound(int width, bool dark)
    {
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        foreach (var path in new[] { "/mine", "/mine?visibility=unlisted", "/trash", "/upload?taken=1&problem=quota-exceeded" })
        {
            await window.GoAsync(path);
            await window.IsSoundAsync();
        }

        await window.GoAsync("/account");
        await page.GetByLabel("Name of a new token").FillAsync("backup script");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create token" }).ClickAsync();
        await Expect(page.GetByLabel("Your new token")).Not.ToHaveValueAsync("");
        await window.IsSoundAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToHaveTextAsync("The token was revoked.");

        // The menu, and the dialog of the keys.
        await page.GetByRole(AriaRole.Button, new() { Name = "Account", Exact = true }).ClickAsync();
        await window.IsSoundAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await window.IsSoundAsync();
        window.HasNoFaults();
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Pages_OfAFailedImage_AreSound(int width, bool dark)
    {
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        // A JPEG of 1200 x 800 without anything after its header: taken in, and found out by the worker.
        byte[] damaged = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0x03, 0x20, 0x04, 0xb0, 1, 1, 0x11, 0, 0xff, 0xda, .. new byte[5_000]];
        var id = await window.UploadAsync(damaged, "damaged.jpg");
        await window.ProcessedAsync(id);

        await window.GoAsync("/mine");
        await Expect(page.GetByText("Could not be processed")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        await window.GoAsync($"/images/{id}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Could not be processed" })).ToBeVisibleAsync();
        await Expect(page.GetByText("The original is kept.")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        window.HasNoFaults();
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Pages_OfAnAdministrator_AreSound(int width, bool dark)
    {
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        await window.SignInAsync("ada@example.org");
        await window.GoAsync("/admin/members");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an invitation" }).ClickAsync();
        await Expect(page.GetByLabel("Send this link to one person")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("/register\\?invitation=."));
        await window.IsSoundAsync();
        window.HasNoFaults();
    }

    [Fact]
    public async Task Gallery_OfANewInstallation_LeadsToTheFirstAccount()
    {
        await using var fresh = await BrowserInstallation.StartFreshAsync();
        await using var window = await installation.OpenAsync(at: new Uri(fresh.Url));
        await window.GoAsync("/");
        await window.IsSoundAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Create the first account" }).ClickAsync();
        await Expect(window.Page.GetByLabel("One-time code")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        window.HasNoFaults();
    }

    [Theory]
    [InlineData(400, "That did not work")]
    [InlineData(403, "You can’t do this")]
    [InlineData(404, "There is nothing here")]
    [InlineData(413, "That was too large")]
    [InlineData(429, "Too many requests")]
    [InlineData(500, "Something went wrong")]
    [InlineData(503, "Not available right now")]
    [InlineData(507, "The server is full")]
    public async Task ErrorPage_OfACode_SaysWhatHappened(int code, string title)
    {
        await using var window = await installation.OpenAsync(new Look(Script: false));
        await window.GoAsync($"/errors/{code}");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the gallery" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Theme_OnceChosen_Stays()
    {
        await using var window = await installation.OpenAsync(new Look(Dark: false));
        var page = window.Page;
        await window.GoAsync("/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await window.GoAsync("/register");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.Equal("dark", await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).colorScheme"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Like the system" }).ClickAsync();
        await window.GoAsync("/");
        await Expect(page.Locator("html")).Not.ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task Edit_OfAnImageChangedMeanwhile_KeepsWhatWasTyped()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        var id = await window.UploadAsync(await File.ReadAllBytesAsync(installation.Photographs[2], TestContext.Current.CancellationToken), "walk.jpg");
        await window.ProcessedAsync(id);
        await window.GoAsync($"/images/{id}?edit=1");
        var other = await window.Context.APIRequest.PatchAsync($"/api/v1/images/{id}", new() { DataObject = new { title = "Theirs" }, Headers = new Dictionary<string, string> { ["If-Match"] = "*" } });
        Assert.Equal(200, other.Status);

        await page.GetByLabel("Title").FillAsync("Mine");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed in the meantime");
        await Expect(page.GetByLabel("Title")).ToHaveValueAsync("Mine");
        await Expect(page.GetByText("Saved now: Theirs")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Mine");
    }
}
