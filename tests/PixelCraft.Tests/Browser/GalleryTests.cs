using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>The gallery, the image page and the uploader: what moves in them.</summary>
[Collection(BrowserTests.Name)]
public sealed class GalleryTests(BrowserInstallation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gallery_Rows_FillTheWidthWithGapsOfFourPixels()
    {
        await installation.FillAsync(5);
        await using var window = await installation.OpenAsync();
        await window.GoAsync("/");
        var cells = await window.Page.EvaluateAsync<double[][]>("""
            [...document.querySelectorAll("[data-rows] > li")].map(cell => { const box = cell.getBoundingClientRect(); return [box.left, box.right, box.top, box.bottom]; })
            """);
        var row = cells.TakeWhile(cell => cell[2] == cells[0][2]).ToList();
        Assert.True(row.Count < cells.Length, "One row does not show whether rows are filled.");
        Assert.All(row, cell => Assert.Equal(row[0][3], cell[3], 1.0));
        for (var i = 1; i < row.Count; i++) Assert.Equal(4, row[i][0] - row[i - 1][1], 0.5);
        var width = await window.Page.EvaluateAsync<double>("document.querySelector('[data-rows]').clientWidth");
        Assert.Equal(width - 4, row[^1][1], 1.0);
        Assert.Equal(4, cells[row.Count][2] - row[0][3], 1.0);
    }

    [Fact]
    public async Task Placeholder_OfAnImageThatHasNotCome_IsItsThumbHash()
    {
        await installation.FillAsync(1);
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        var held = new List<IRoute>();
        await page.RouteAsync("**/i/**", route => { held.Add(route); return Task.CompletedTask; });
        await page.GotoAsync("/", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(page.Locator("[data-rows] .placeholder").First).ToHaveCSSAsync("background-image", new System.Text.RegularExpressions.Regex("^url\\(\"data:image/png"));
        var before = await page.Locator("[data-rows] > li").First.BoundingBoxAsync();
        foreach (var route in held.ToArray()) await route.ContinueAsync();
        await page.UnrouteAllAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('[data-rows] img').naturalWidth > 0");
        var after = await page.Locator("[data-rows] > li").First.BoundingBoxAsync();
        Assert.Equal((before!.X, before.Y, before.Width, before.Height), (after!.X, after.Y, after.Width, after.Height));
    }

    [Fact]
    public async Task Key_PressedBeforeTheScriptHasCome_IsNotLost()
    {
        await installation.FillAsync(2);
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        var held = new TaskCompletionSource<IRoute>();
        await page.RouteAsync("**/app*.js", route => { held.TrySetResult(route); return Task.CompletedTask; });
        await page.GotoAsync("/", new() { WaitUntil = WaitUntilState.Commit });
        await Expect(page.Locator("[data-rows] a").Nth(1)).ToBeVisibleAsync();
        // Nothing is painted before, but the test sees the page's tree earlier than a person sees the page.
        await Eventually.TrueAsync(() => page.EvaluateAsync<bool>("'earlyKeys' in window"));
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await (await held.Task).ContinueAsync();
        await Expect(page.Locator("[data-rows] > li > a").Nth(1)).ToBeFocusedAsync();
        // And each only once.
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Locator("[data-rows] > li > a").First).ToBeFocusedAsync();
        window.HasNoFaults();
    }

    [Fact]
    public async Task Image_Zoom_ByWheelKeysAndButtons()
    {
        await installation.FillAsync(2);
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.GoAsync("/");
        await page.Locator("[data-rows] a").First.ClickAsync();
        await window.ArriveAsync("/images/");
        var level = page.Locator("[data-zoom-level]");
        await Expect(level).Not.ToHaveTextAsync("100%");
        var fit = await level.TextContentAsync();
        await page.Keyboard.PressAsync("+");
        await Expect(level).Not.ToHaveTextAsync(fit!);
        await page.Keyboard.PressAsync("0");
        await Expect(level).ToHaveTextAsync(fit!);
        await page.Locator(".canvas").HoverAsync();
        await page.Mouse.WheelAsync(0, -300);
        await Expect(level).Not.ToHaveTextAsync(fit!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Fit to the window" }).ClickAsync();
        await Expect(level).ToHaveTextAsync(fit!);

        // The neighbour is there before anybody goes to it.
        var next = page.Locator("a.older");
        await page.WaitForFunctionAsync("""
            () => {
              const variants = document.querySelector("[data-neighbour]").content.querySelector("img").srcset;
              return performance.getEntriesByType("resource").some(entry => variants.includes(new URL(entry.name).pathname));
            }
            """);
        var href = await next.GetAttributeAsync("href");
        await next.ClickAsync();
        await window.ArriveAsync(Regex.Escape(href!) + "$");
        window.HasNoFaults();
    }

    [Fact]
    public async Task Upload_OnASlowLine_ShowsProgressAndCanBeStopped()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        await window.GoAsync("/upload");
        var line = await window.Context.NewCDPSessionAsync(page);
        await line.SendAsync("Network.enable");
        await line.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object> { ["offline"] = false, ["latency"] = 0, ["downloadThroughput"] = -1, ["uploadThroughput"] = 50_000 });
        await ScenarioTests.ChooseAsync(page, installation.Photographs[1]);
        var row = page.Locator(".upload-row");
        await Expect(row.Locator("small")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9.]+.[kM]?B of [0-9.]+.[kM]B"));
        await page.WaitForFunctionAsync("() => (bar => bar.value > 0 && bar.value < 1)(document.querySelector('.upload-row progress'))");
        await row.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);

        // A lost connection is told, and the upload goes on by itself when it is back.
        await line.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object> { ["offline"] = true, ["latency"] = 0, ["downloadThroughput"] = -1, ["uploadThroughput"] = -1 });
        await ScenarioTests.ChooseAsync(page, installation.Photographs[1]);
        await Expect(row).ToContainTextAsync("The connection was lost.");
        await window.IsSoundAsync();
        await line.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object> { ["offline"] = false, ["latency"] = 0, ["downloadThroughput"] = -1, ["uploadThroughput"] = -1 });
        await Expect(row).ToContainTextAsync("Uploaded");
    }

    [Fact]
    public async Task Upload_OfTheSameBytesAgain_SaysThatTheyAreThere()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        var id = await window.UploadAsync(await File.ReadAllBytesAsync(installation.Photographs[1], Cancellation), "walk.jpg");
        await window.GoAsync("/upload");
        await ScenarioTests.ChooseAsync(page, installation.Photographs[1]);
        await Expect(page.Locator(".upload-row.finished small")).ToHaveTextAsync("You have this image already");
        await Expect(page.Locator(".upload-row [data-name]")).ToHaveAttributeAsync("href", $"/images/{id}?from=mine");
        await ScenarioTests.ChooseAsync(page, installation.Photographs[2]);
        await Expect(page.Locator(".upload-row.finished small").Last).ToHaveTextAsync("Uploaded");
    }

    [Fact]
    public async Task Upload_TriedAgain_GoesOnWhereItStopped()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        await window.GoAsync("/upload");
        var made = 0;
        page.Request += (_, request) => { if (request.Method == "POST" && request.Url.EndsWith("/api/v1/uploads", StringComparison.Ordinal)) made++; };
        // The place is made, and then what is not the file's fault comes in between.
        var refused = 0;
        await page.RouteAsync("**/api/v1/uploads/*", route => refused++ == 0
            ? route.FulfillAsync(new() { Status = 401, ContentType = "application/problem+json", Body = """{"code":"sign-in-needed"}""" })
            : route.ContinueAsync());
        await ScenarioTests.ChooseAsync(page, installation.Photographs[1]);
        await Expect(page.Locator(".upload-row.failed")).ToContainTextAsync("You are signed out.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again", Exact = true }).ClickAsync();
        await Expect(page.Locator(".upload-row.finished")).ToContainTextAsync("Uploaded");
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Upload_DroppedAnywhere_IsTaken()
    {
        await using var window = await installation.OpenAsync();
        var page = window.Page;
        await window.SignInAsync(await installation.NewMemberAsync());
        await window.GoAsync("/mine");
        var bytes = Convert.ToBase64String(await File.ReadAllBytesAsync(installation.Photographs[2], Cancellation));
        await page.EvaluateAsync("""
            base64 => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], "dropped.jpg", { type: "image/jpeg" }));
              transfer.items.add(new File(["no image"], "notes.txt", { type: "text/plain" }));
              for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
            }
            """, bytes);
        // The page is put into this one, so there is no load to wait for.
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/upload$"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "1 uploaded, 1 not" })).ToBeVisibleAsync();
        await Expect(page.Locator(".upload-row.failed")).ToContainTextAsync("notes.txt");
        // It is no image, however often it is sent.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try" })).ToHaveCountAsync(0);
        await Expect(page.Locator(".upload-row.finished")).ToContainTextAsync("dropped.jpg");
        await window.IsSoundAsync();
        window.HasNoFaults();
    }
}
