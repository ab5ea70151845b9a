using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>Members are told what happens to their images, on whichever page they are, without asking.</summary>
[Collection(BrowserTests.Name)]
public sealed class NewsTests(BrowserInstallation installation)
{
    /// <summary>Timers of a second and more never ring: nothing is asked for again and again.</summary>
    private const string NoPolling = """
        const timeout = setTimeout;
        window.setTimeout = (work, time, ...more) => timeout(work, time >= 1000 ? 2 ** 31 - 1 : time, ...more);
        window.setInterval = () => 0;
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProcessedImage_IsShownInTheList_WithoutPolling()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        await page.AddInitScriptAsync(NoPolling);
        var cells = page.Locator("[data-rows] > li");
        for (var count = 1; ; count++)
        {
            // It must be seen in processing, which it is for a moment only.
            await window.UploadAsync([.. await File.ReadAllBytesAsync(installation.Photographs[0], Cancellation), .. Guid.NewGuid().ToByteArray()], "walk.jpg");
            await page.GotoAsync("/mine", new() { WaitUntil = WaitUntilState.Commit });
            await Expect(cells).ToHaveCountAsync(count);
            if (await page.Locator("[data-rows] > li[data-processing]").CountAsync() > 0) break;
            Assert.True(count < 10, "It is always ready at once.");
        }
        await Expect(cells.First.Locator("img")).ToBeVisibleAsync();
        window.HasNoFaults();
    }

    [Fact]
    public async Task News_OfOnesImages_AreToldOnAnyPage()
    {
        await using var owner = await installation.OpenAsync();
        var page = owner.Page;
        var email = await installation.NewMemberAsync();
        await owner.SignInAsync(email);
        // The answers to the handshake and to "Watch".
        var answers = 0;
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, _) => answers++;
        await owner.GoAsync("/mine");
        await Eventually.TrueAsync(() => answers >= 2);

        var id = await owner.UploadAsync(await File.ReadAllBytesAsync(installation.Photographs[1], Cancellation), "walk.jpg", "public");
        await Expect(page.Locator(".toast")).ToContainTextAsync("is ready");
        await owner.IsSoundAsync();

        await using var ben = await installation.OpenAsync();
        await ben.SignInAsync("ben@example.org");
        await ben.Context.APIRequest.PostAsync($"/api/v1/images/{id}/comments", new() { DataObject = new { text = "Nice." } });
        await Expect(page.Locator(".toast", new() { HasText = "ben commented on" })).ToBeVisibleAsync();
        await page.Locator(".toast", new() { HasText = "ben commented on" }).GetByRole(AriaRole.Link).ClickAsync();
        await owner.ArriveAsync($"/images/{id}");
        await Expect(owner.Comment("Nice.")).ToBeVisibleAsync();
        owner.HasNoFaults();
    }

    [Fact]
    public async Task ImagePage_ShowsWhatWasChangedElsewhere()
    {
        using var ada = await installation.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(installation.Photographs[0], "public");
        await ada.ProcessedAsync(id);
        await using var ben = await installation.OpenAsync();
        await ben.SignInAsync("ben@example.org");
        await ben.GoAsync($"/images/{id}");
        await using var other = await installation.OpenAsync();
        await other.SignInAsync("ada@example.org");
        await other.GoAsync($"/images/{id}");
        await Expect(ben.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);

        Assert.True((await ada.PatchAsync(id, new { title = "Another name" }, "*")).IsSuccessStatusCode);
        await Expect(ben.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Another name");
        await Expect(ben.Page).ToHaveTitleAsync(new Regex("^Another name"));
        // The owner who edits it keeps what they have typed.
        await other.Page.GetByTitle("Edit", new() { Exact = true }).ClickAsync();
        await other.Page.GetByLabel("Title").FillAsync("Half a na");
        Assert.True((await ada.PatchAsync(id, new { title = "A third" }, "*")).IsSuccessStatusCode);
        await Expect(other.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("A third");
        await Expect(other.Page.GetByLabel("Title")).ToHaveValueAsync("Half a na");
    }
}
