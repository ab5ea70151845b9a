using Microsoft.Playwright;
using PixelCraft.Cluster;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>The search over the gallery and over one's own images.</summary>
[Collection(BrowserTests.Name)]
public sealed class SearchTests(BrowserInstallation installation)
{
    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Search_OfTheGallery_SaysWhatWasAskedAndWhatToDo(int width, bool dark)
    {
        await installation.FillAsync(3);
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        await window.GoAsync("/");
        await page.Keyboard.PressAsync("/");
        var field = page.GetByRole(AriaRole.Searchbox, new() { Name = "Search the gallery" });
        await Expect(field).ToBeFocusedAsync();
        await field.FillAsync("jpg");
        await page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync("/\\?q=jpg");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Images with" })).ToHaveTextAsync("Images with jpg");
        await Expect(page.Locator("[data-rows] > li").First).ToBeVisibleAsync();
        await window.IsSoundAsync();

        // Looked at within what was found, and back to it.
        await page.Locator("[data-rows] a").First.ClickAsync();
        await window.ArriveAsync("/images/.*q=jpg");
        await page.GetByRole(AriaRole.Link, new() { Name = "Back", Exact = true }).First.ClickAsync();
        await window.ArriveAsync("/\\?q=jpg");

        await page.GetByRole(AriaRole.Link, new() { Name = "Clear the search" }).ClickAsync();
        await window.ArriveAsync("/$");
        await window.GoAsync("/?q=nothing+has+this");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing found" })).ToBeVisibleAsync();
        await Expect(field).ToHaveValueAsync("nothing has this");
        await window.IsSoundAsync();
        // Longer than a phone is wide, from right to left, and nothing but markup.
        foreach (var text in new[] { new string('w', 180), "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "<b>x</b>\"'&" })
        {
            await window.GoAsync($"/?q={Uri.EscapeDataString(text)}");
            await Expect(field).ToHaveValueAsync(text);
            await window.IsSoundAsync();
        }
        window.HasNoFaults();
        await window.GoAsync("/?q=!!!");
        await Expect(page.GetByText("Type at least one letter, digit or emoji.")).ToBeVisibleAsync();
        await window.IsSoundAsync();
    }

    [Fact]
    public async Task Search_WithoutScript_GoesPageByPage()
    {
        await using var window = await installation.OpenAsync(new Look(Script: false));
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        for (var i = 0; i < 52; i++) await window.UploadAsync(TestImage.New(), $"little{i}.png");
        await window.UploadAsync(TestImage.New(), "other.png");

        await window.GoAsync("/mine?visibility=private");
        var field = page.GetByRole(AriaRole.Searchbox, new() { Name = "Search my images" });
        await field.FillAsync("LITTLE");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search", Exact = true }).ClickAsync();
        await window.ArriveAsync("/mine\\?visibility=private&q=LITTLE");
        await Expect(page.Locator("[data-rows] > li")).ToHaveCountAsync(50);
        await page.GetByRole(AriaRole.Link, new() { Name = "Show more" }).ClickAsync();
        await window.ArriveAsync("after=.*q=LITTLE");
        await Expect(page.Locator("[data-rows] > li")).ToHaveCountAsync(2);
        await Expect(field).ToHaveValueAsync("LITTLE");
        await page.GetByRole(AriaRole.Link, new() { Name = "All", Exact = true }).ClickAsync();
        await window.ArriveAsync("/mine\\?q=LITTLE");
        await Expect(page.Locator("[data-rows] > li")).ToHaveCountAsync(50);
    }
}
