using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>People look at one image together, each in a browser of their own.</summary>
[Collection(BrowserTests.Name)]
public sealed class LiveTests(BrowserInstallation installation)
{
    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task TwoPeople_SeeOneAnother_AndTheirCursors(int width, bool dark)
    {
        using var ada = await installation.SignInAsync("ada");
        var image = await ada.UploadedAnewAsync(installation.Photographs[0], "public");
        await ada.ProcessedAsync(image);
        await using var members = await installation.OpenAsync();
        await members.SignInAsync("ada@example.org");
        await members.GoAsync($"/images/{image}");
        await using var guests = await installation.OpenAsync(new Look(width, dark));
        await guests.GoAsync($"/images/{image}");

        await guests.Page.GetByRole(AriaRole.Button, new() { Name = "Look together" }).ClickAsync();
        await guests.IsSoundAsync();
        await guests.Page.GetByLabel("Your name").FillAsync("Grace <i>");
        await guests.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();

        await Expect(members.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem)).ToHaveTextAsync(["GGrace <i>", "Aada (you)"]);
        await Expect(guests.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem)).ToHaveTextAsync(["Aada", "GGrace <i> (you)"]);
        await guests.IsSoundAsync();

        // The same spot of the image, however large it is on each screen.
        await MoveAsync(members.Page, 0.25, 0.75);
        var cursor = guests.Page.Locator(".cursor", new() { HasText = "ada" });
        await Expect(cursor.Locator("span")).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () => IsClose(await PlaceAsync(guests.Page, cursor), (0.25, 0.75)));
        await guests.IsSoundAsync();
        members.HasNoFaults();
        guests.HasNoFaults();

        // Who has closed the page is not here any more.
        await guests.Page.GotoAsync("about:blank");
        await Expect(members.Page.GetByLabel("Who is looking at this image")).ToBeHiddenAsync();
    }

    private static async Task MoveAsync(IPage page, double x, double y)
    {
        var box = (await page.Locator("[data-canvas] img").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync((float)(box.X + (box.Width * 0.5)), (float)(box.Y + (box.Height * 0.5)));
        await page.Mouse.MoveAsync((float)(box.X + (box.Width * x)), (float)(box.Y + (box.Height * y)));
    }

    /// <summary>Where on the image a cursor's tip is.</summary>
    private static async Task<(double X, double Y)> PlaceAsync(IPage page, ILocator cursor)
    {
        var image = (await page.Locator("[data-canvas] img").BoundingBoxAsync())!;
        var tip = await cursor.EvaluateAsync<double[]>("e => { const box = e.getBoundingClientRect(); return [box.left, box.top]; }");
        return ((tip[0] - image.X) / image.Width, (tip[1] - image.Y) / image.Height);
    }

    private static bool IsClose((double X, double Y) a, (double X, double Y) b) => Math.Abs(a.X - b.X) < 0.01 && Math.Abs(a.Y - b.Y) < 0.01;
}
