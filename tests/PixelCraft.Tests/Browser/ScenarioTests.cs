using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PixelCraft.Tests.Scenario;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>What a member does first: uploads two photographs, sees them become ready, edits, deletes and restores one.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class ScenarioTests(BrowserInstallation installation)
{
    private string[] Photographs => [installation.Photographs[1], installation.Photographs[2]];

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Member_UploadsEditsDeletesAndRestores(int width, bool dark)
    {
        await using var window = await installation.OpenAsync(new Look(width, dark));
        var page = window.Page;
        await SignInByFormAsync(window, await installation.NewMemberAsync());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Upload your first image" })).ToBeVisibleAsync();

        // Upload
        await page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Link, new() { Name = "Upload" }).ClickAsync();
        await ChooseAsync(page, Photographs);
        var rows = page.Locator(".upload-row");
        await Expect(rows).ToHaveCountAsync(2);
        for (var i = 0; i < 2; i++)
        {
            await Expect(rows.Nth(i).Locator("progress")).ToHaveAttributeAsync("aria-label", Path.GetFileName(Photographs[i]));
            await Expect(rows.Nth(i)).ToContainTextAsync("Uploaded");
        }
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "2 uploaded" })).ToBeVisibleAsync();
        await window.IsSoundAsync();

        // They become ready while one looks on: the page is not loaded again.
        await page.GetByRole(AriaRole.Link, new() { Name = "See my images" }).ClickAsync();
        await window.ArriveAsync("/mine$");
        await page.EvaluateAsync("window.sameDocument = true");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2, new() { Timeout = 100_000 });
        Assert.True(await page.EvaluateAsync<bool>("window.sameDocument"));
        await window.IsSoundAsync();

        // Edit
        await page.Locator("[data-rows] a").First.ClickAsync();
        await window.ArriveAsync("/images/");
        await Expect(page.Locator(".canvas img")).ToBeVisibleAsync();
        await window.IsSoundAsync();
        await page.GetByTitle("Edit", new() { Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Title")).ToBeFocusedAsync();
        await page.GetByLabel("Title").FillAsync("Morning <walk> & \"more\"");
        await page.GetByLabel("Tags").FillAsync("outside, Autumn");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Public" }).CheckAsync();
        await window.IsSoundAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToHaveTextAsync("Saved.");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Morning <walk> & \"more\"");
        await Expect(page.Locator("ul.tags li")).ToHaveCountAsync(2);
        await Expect(page.Locator("dl.facts")).ToContainTextAsync("Public");
        var address = Id().Match(page.Url).Value;

        // Everybody sees it now, with its title.
        await using (var visitor = await installation.OpenAsync())
        {
            await visitor.GoAsync("/");
            await Expect(visitor.Page.Locator($"a[href='/images/{address}'] img")).ToHaveAttributeAsync("alt", new Regex("^Morning <walk> & \"more\", by member"));
        }

        // Delete, and think better of it.
        await page.GetByRole(AriaRole.Button, new() { Name = "Move to the trash" }).ClickAsync();
        await window.ArriveAsync("/mine$");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(1);
        await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToHaveTextAsync("Restored.");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2);

        // Delete, and restore it from the trash.
        await page.Locator($"[id='i-{address}'] a").ClickAsync();
        await window.ArriveAsync("/images/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Move to the trash" }).ClickAsync();
        await window.ArriveAsync("/mine$");
        await window.IsSoundAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Account", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Trash" }).ClickAsync();
        await window.ArriveAsync("/trash$");
        await window.IsSoundAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The trash is empty" })).ToBeVisibleAsync();
        await window.GoAsync("/mine");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2);
        window.HasNoFaults();
    }

    [Fact]
    public async Task Keyboard_Alone_IsEnough()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        var keys = page.Keyboard;
        var email = await installation.NewMemberAsync();

        await window.GoAsync("/sign-in");
        await Expect(page.Locator("#email")).ToBeFocusedAsync();
        await keys.TypeAsync(email);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(Installation.Password);
        await keys.PressAsync("Enter");
        await window.ArriveAsync("^(?!.*sign-in)");

        await keys.PressAsync("u");
        await window.ArriveAsync("/upload$");
        // Listened for long before: the browser has to be told to hand the dialog over, and would else show it to nobody.
        var chosen = new TaskCompletionSource<IFileChooser>();
        page.FileChooser += (_, chooser) => chosen.TrySetResult(chooser);
        await TabToAsync(page, "#files");
        await keys.PressAsync("Enter");
        await (await chosen.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).SetFilesAsync(Photographs);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "2 uploaded" })).ToBeVisibleAsync();
        await TabToAsync(page, "[data-done]");
        await keys.PressAsync("Enter");
        await window.ArriveAsync("/mine$");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2, new() { Timeout = 100_000 });

        // Arrows move among the images, Enter opens one, and on its page they go to its neighbours.
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowRight");
        await Expect(page.Locator("[data-rows] > li > a").Nth(1)).ToBeFocusedAsync();
        await Expect(page.Locator("[data-rows] > li:nth-child(2) .caption")).ToHaveCSSAsync("opacity", "1");
        await keys.PressAsync("Enter");
        await window.ArriveAsync("/images/");
        var second = page.Url;
        await keys.PressAsync("ArrowLeft");
        await window.ArriveAsync($"/images/(?!{Id().Match(second)})");

        await keys.PressAsync("e");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("By keyboard");
        await keys.PressAsync("Enter");
        await Expect(page.Locator(".toast")).ToHaveTextAsync("Saved.");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("By keyboard");

        await keys.PressAsync("Delete");
        await window.ArriveAsync("/mine$");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(1);
        await keys.PressAsync("z");
        await Expect(page.Locator(".toast")).ToHaveTextAsync("Restored.");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2);

        // In a list it is done without leaving the page.
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("Delete");
        await Expect(page.Locator(".toast").Last).ToContainTextAsync("Moved to the trash.");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(1);
        await Expect(page.Locator("[data-rows] > li > a")).ToBeFocusedAsync();
        await keys.PressAsync("z");
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2);

        // The dialog of the keys keeps the focus, and gives it back.
        await keys.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        for (var i = 0; i < 4; i++)
        {
            await keys.PressAsync("Tab");
            Assert.True(await page.EvaluateAsync<bool>("document.activeElement === document.body || document.querySelector('#keys').contains(document.activeElement)"));
        }
        await keys.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(page.Locator("[data-rows] > li > a").First).ToBeFocusedAsync();
        window.HasNoFaults();
    }

    [Fact]
    public async Task WithoutScript_GallerySignInAndUpload_Work()
    {
        await using var window = await installation.OpenAsync(new Look(Script: false));
        var page = window.Page;
        await window.GoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).First.ClickAsync();
        var email = await installation.NewMemberAsync();
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(Installation.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        // What is refused is told on the page.
        await page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Link, new() { Name = "Upload" }).ClickAsync();
        await page.Locator("#files").SetInputFilesAsync(new[] { new FilePayload { Name = "notes.txt", MimeType = "text/plain", Buffer = "no image"u8.ToArray() } });
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not an image that can be read here.");

        await page.GetByRole(AriaRole.Radio, new() { Name = "Public" }).CheckAsync();
        await page.Locator("#files").SetInputFilesAsync(Photographs);
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await window.ArriveAsync("/mine$");
        // A page without script is loaded again by itself, every 5 seconds, as long as something is processing.
        await Expect(page.Locator("[data-rows] img")).ToHaveCountAsync(2, new() { Timeout = 100_000 });
        var href = await page.Locator("[data-rows] a").First.GetAttributeAsync("href");
        await window.GoAsync("/");
        await page.Locator($"a[href='{href!.Split('?')[0]}']").ClickAsync();
        await Expect(page.Locator(".canvas img")).ToBeVisibleAsync();
        await Expect(page.Locator(".canvas img")).ToHaveJSPropertyAsync("complete", true);
        await Expect(page.Locator(".canvas img")).Not.ToHaveJSPropertyAsync("naturalWidth", 0);
    }

    internal static async Task ChooseAsync(IPage page, params string[] files)
    {
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByText("Choose files").ClickAsync());
        await chooser.SetFilesAsync(files);
    }

    private static async Task SignInByFormAsync(Window window, string email)
    {
        var page = window.Page;
        // The way back to the page that was asked for.
        await window.GoAsync("/mine");
        await window.ArriveAsync(@"/sign-in\?");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync("wrong password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("match");
        await window.IsSoundAsync();
        await Expect(page.GetByLabel("E-mail address")).ToHaveValueAsync(email);
        await page.GetByLabel("Password").FillAsync(Installation.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await window.ArriveAsync("/mine$");
    }

    /// <summary>Presses Tab until an element has the focus.</summary>
    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var presses = 0; presses < 40; presses++)
        {
            if (await page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) ?? false", selector)) return;
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"40 times Tab did not lead to {selector}.");
    }

    [GeneratedRegex("(?<=/images/)[a-z0-9]+")]
    private static partial Regex Id();
}
