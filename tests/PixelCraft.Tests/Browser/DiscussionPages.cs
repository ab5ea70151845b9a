using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>An image of ada's that people talk about, and the windows in which they do.</summary>
internal sealed class DiscussionPages(BrowserInstallation installation, string image)
{
    public string Image => image;

    public static async Task<DiscussionPages> CreateAsync(BrowserInstallation installation)
    {
        using var ada = await installation.SignInAsync("ada");
        var image = await ada.UploadedAnewAsync(installation.Photographs[0], "public");
        await ada.ProcessedAsync(image);
        return new DiscussionPages(installation, image);
    }

    /// <summary>Somebody looks at the image: "ada", who owns it, "ben", or null for a visitor.</summary>
    public async Task<Window> OpenAsync(string? name, Look? look = null)
    {
        var window = await installation.OpenAsync(look);
        if (name is not null) await window.SignInAsync($"{name}@example.org");
        await GoAsync(window, waits: name is not null && look?.Script != false);
        return window;
    }

    /// <summary>Goes to the image page.</summary>
    /// <param name="window">The window.</param>
    /// <param name="waits">Whether to wait for the script, as a member's.</param>
    public async Task GoAsync(Window window, bool waits = true)
    {
        await window.GoAsync($"/images/{image}");
        if (waits) await Expect(window.Page.Locator("[data-pin-tool]")).ToBeVisibleAsync();
    }

    /// <summary>All comments as the API has them.</summary>
    public async Task<IReadOnlyList<JsonElement>> CommentsAsync()
    {
        using var visitor = installation.Visitor();
        return [.. (await visitor.JsonAsync($"/api/v1/images/{image}/comments?limit=100")).GetProperty("items").EnumerateArray().Where(comment => comment.GetProperty("deletedAt").ValueKind is JsonValueKind.Null)];
    }

    /// <summary>Writes without a page.</summary>
    public async Task<JsonElement> AddAsync(Window window, object comment)
    {
        var answer = await window.Context.APIRequest.PostAsync($"/api/v1/images/{image}/comments", new() { DataObject = comment });
        Assert.True(answer.Status == 201, $"{answer.Status}: {await answer.TextAsync()}");
        return (await answer.JsonAsync())!.Value;
    }
}

/// <summary>What one does on the image page.</summary>
internal static class DiscussionPage
{
    public static ILocator Pins(this Window window) => window.Page.Locator("[data-pin]");

    public static ILocator Threads(this Window window) => window.Page.Locator("[data-threads] > .thread");

    /// <summary>A comment, by its text.</summary>
    public static ILocator Comment(this Window window, string text) => window.Page.Locator(".comment", new() { HasText = text });

    public static ILocator Button(this ILocator within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Where on the window a spot of the image is.</summary>
    public static async Task<(float X, float Y)> SpotAsync(this Window window, double x, double y)
    {
        var box = (await window.Page.Locator("[data-canvas] img").BoundingBoxAsync())!;
        return ((float)(box.X + (box.Width * x)), (float)(box.Y + (box.Height * y)));
    }

    /// <summary>Where on the image a pin points to.</summary>
    public static async Task IsAtAsync(this Window window, ILocator pin, double x, double y) => await Eventually.TrueAsync(async () =>
    {
        var image = (await window.Page.Locator("[data-canvas] img").BoundingBoxAsync())!;
        // The lower left corner, however large it is drawn.
        var corner = await pin.EvaluateAsync<double[]>("e => { const box = e.getBoundingClientRect(); return [box.left, box.bottom]; }");
        return Math.Abs(((corner[0] - image.X) / image.Width) - x) < 0.01 && Math.Abs(((corner[1] - image.Y) / image.Height) - y) < 0.01;
    });

    /// <summary>By the tool and a click.</summary>
    public static async Task PinAsync(this Window window, double x, double y, string text)
    {
        await window.Page.Locator("[data-pin-tool]").ClickAsync();
        var (left, top) = await window.SpotAsync(x, y);
        await window.Page.Mouse.ClickAsync(left, top);
        await window.Page.GetByLabel("What is here?").Last.FillAsync(text);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Add pin" }).ClickAsync();
    }

    public static async Task CommentAsync(this Window window, string text)
    {
        await window.Page.GetByLabel("Write a comment").FillAsync(text);
        await window.Page.Locator("[data-composer]").Button("Comment").ClickAsync();
    }

    public static async Task ReplyAsync(this ILocator thread, string text)
    {
        await thread.Button("Reply").First.ClickAsync();
        await thread.GetByLabel("Write a reply").FillAsync(text);
        await thread.Locator(".composer").Button("Reply").ClickAsync();
    }
}
