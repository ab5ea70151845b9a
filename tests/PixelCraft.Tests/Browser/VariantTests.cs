using Microsoft.Playwright;
using NetVips;
using PixelCraft.Cluster;
using PixelCraft.Tests.Scenario;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>Which variant a browser takes, and what is in its place until it is there.</summary>
[Collection(BrowserTests.Name)]
public sealed class VariantTests(BrowserInstallation installation)
{
    private const string Shown = "() => [...document.querySelectorAll('main img')].every(image => image.complete && image.naturalWidth > 0)";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_WithAvifVariants_ShowThoseAndLoadNoOthers()
    {
        await using var process = await PixelCraftProcess.StartAsync(
            new Dictionary<string, string> { ["Limits:Enabled"] = "false", ["Engine:Avif"] = "true", ["Engine:AvifEffort"] = "0" }, Cancellation);
        var at = new Uri(process.Url);
        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string> { ["Data"] = process.Data }, ["member", "add", "--email", "ada@example.org", "--name", "Ada", "--password", Installation.Password], Cancellation);
        Assert.True(added.ExitCode == 0, added.Error);
        await using var window = await installation.OpenAsync(new Look(), at);
        var page = window.Page;
        await window.SignInAsync("ada@example.org");
        foreach (var colour in new double[] { 20, 200 })
        {
            var id = await window.UploadAsync(Coloured(colour, 60, 90), $"{colour}.png", "public");
            await Eventually.GetAsync(
                async () => (await (await window.Context.APIRequest.GetAsync($"/api/v1/images/{id}")).JsonAsync())!.Value.GetProperty("variants").EnumerateArray()
                    .Select(variant => variant.GetProperty("format").GetString()).Distinct().Order().ToArray(),
                formats => formats is ["avif", "webP"],
                TimeSpan.FromSeconds(60));
        }

        var asked = new List<string>();
        page.Request += (_, request) => { if (request.Url.Contains("/i/", StringComparison.Ordinal)) asked.Add(request.Url); };
        await window.GoAsync("/");
        await page.WaitForFunctionAsync(Shown);
        await page.Locator("[data-rows] a").First.ClickAsync();
        await window.ArriveAsync("/images/");
        await page.WaitForFunctionAsync(Shown);
        Assert.EndsWith(".avif", await page.EvaluateAsync<string>("document.querySelector('.canvas img').currentSrc"), StringComparison.Ordinal);

        // Looking closely takes a larger one.
        await page.SetViewportSizeAsync(700, 500);
        for (var presses = 0; presses < 6; presses++) await page.Keyboard.PressAsync("+");
        await page.WaitForFunctionAsync("() => document.querySelector('.canvas img').currentSrc.endsWith('/1600.avif')");
        Assert.NotEmpty(asked);
        Assert.All(asked, url => Assert.EndsWith(".avif", url, StringComparison.Ordinal));
        window.HasNoFaults();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/images/{id}")]
    public async Task Placeholder_WithoutScript_IsTheDominantColour(string path)
    {
        var (window, id) = await WithImageAsync(Coloured(20, 160, 60));
        await using var _ = window;
        var page = window.Page;
        await page.RouteAsync("**/i/**", _ => Task.CompletedTask);
        await page.GotoAsync(path.Replace("{id}", id, StringComparison.Ordinal), new() { WaitUntil = WaitUntilState.Commit });
        var image = page.Locator(path == "/" ? $"[id='i-{id}'] img" : ".canvas img");
        await Expect(image).ToBeVisibleAsync();
        await IsColouredAsync(page, image, 20, 160, 60);
        var before = await image.BoundingBoxAsync();

        await page.UnrouteAllAsync();
        await window.GoAsync(path.Replace("{id}", id, StringComparison.Ordinal));
        await Expect(image).Not.ToHaveJSPropertyAsync("naturalWidth", 0);
        var after = await image.BoundingBoxAsync();
        Assert.Equal((before!.X, before.Y, before.Width, before.Height), (after!.X, after.Y, after.Width, after.Height));
        // One stands exactly behind the other.
        var behind = await page.Locator(path == "/" ? $"[id='i-{id}'] .placeholder" : ".canvas .placeholder").BoundingBoxAsync();
        Assert.Equal((behind!.X, behind.Y, behind.Width, behind.Height), (after.X, after.Y, after.Width, after.Height));
    }

    [Fact]
    public async Task Placeholder_OfATransparentImage_DoesNotShowThrough()
    {
        using var red = Image.Black(64, 64, 3) + new double[] { 220, 30, 30 };
        using var hole = red.Bandjoin(Image.Black(64, 64)).Cast(Enums.BandFormat.Uchar);
        using var rest = red.Bandjoin(255.0).Cast(Enums.BandFormat.Uchar);
        using var half = hole.Join(rest, Enums.Direction.Horizontal);
        var (window, id) = await WithImageAsync(half.PngsaveBuffer());
        await using var _ = window;
        await window.GoAsync($"/images/{id}");
        await Expect(window.Page.Locator(".canvas img")).Not.ToHaveJSPropertyAsync("naturalWidth", 0);
        await Expect(window.Page.Locator(".canvas .placeholder rect")).ToHaveCountAsync(0);
    }

    /// <summary>A browser without script, and an image that is ready.</summary>
    private async Task<(Window Window, string Id)> WithImageAsync(byte[] file)
    {
        var window = await installation.OpenAsync(new Look(Script: false));
        await window.SignInAsync(await installation.NewMemberAsync());
        var id = await window.UploadAsync(file, "plain.png", "public");
        await window.ProcessedAsync(id);
        return (window, id);
    }

    private static byte[] Coloured(double red, double green, double blue)
    {
        using var image = (Image.Black(1_600, 1_000, 3) + new[] { red, green, blue }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return image.PngsaveBuffer();
    }

    /// <summary>What is seen in the middle of an element, once the styles have come and it has its place.</summary>
    private static Task IsColouredAsync(IPage page, ILocator element, params double[] colour) => Eventually.TrueAsync(async () =>
    {
        try
        {
            var seen = await SeenAsync(page, element);
            return Enumerable.Range(0, 3).All(band => Math.Abs(seen[band] - colour[band]) <= 8);
        }
        catch (PlaywrightException e) when (e.Message.Contains("Clipped area", StringComparison.Ordinal))
        {
            return false; // it has moved in between
        }
    });

    private static async Task<double[]> SeenAsync(IPage page, ILocator element)
    {
        var box = (await element.BoundingBoxAsync())!;
        var shot = await page.ScreenshotAsync(new() { Clip = new() { X = box.X + box.Width / 2, Y = box.Y + box.Height / 2, Width = 4, Height = 4 } });
        using var image = Image.NewFromBuffer(shot);
        return image.Getpoint(1, 1);
    }
}
