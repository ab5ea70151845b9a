using System.IO.Compression;
using Microsoft.Playwright;
using Xunit;

namespace PixelCraft.Tests.Browser;

/// <summary>What the gallery costs, and that nothing shifts in it. In an installation of its own: how many images there are decides what is loaded.</summary>
[Collection(BrowserTests.Name)]
public sealed class GalleryBudgetTests(BrowserInstallation installation) : IClassFixture<BrowserInstallation>
{
    private const int MaxScript = 100_000;
    private const int MaxStyles = 30_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(360)]
    [InlineData(1440)]
    [InlineData(3840)]
    public async Task Gallery_Budget_IsKept(int width)
    {
        await installation.FillAsync(5);
        await using var window = await installation.OpenAsync(new Look(width));
        var page = window.Page;
        await page.AddInitScriptAsync("""
            window.shifts = [];
            new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts.push({ value: entry.value, nodes: entry.sources.map(source => source.node?.outerHTML?.slice(0, 200)) }); })
              .observe({ type: "layout-shift", buffered: true });
            addEventListener("securitypolicyviolation", event => console.error(`refused: ${event.violatedDirective} ${event.blockedURI}`));
            """);
        await page.GotoAsync("/", new() { WaitUntil = WaitUntilState.NetworkIdle });
        await page.EvaluateAsync("scrollTo(0, document.documentElement.scrollHeight)");
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('[data-rows] img')].every(image => image.complete && image.naturalWidth > 0)");

        Assert.InRange(await CompressedAsync("js"), 1, MaxScript);
        Assert.InRange(await CompressedAsync("css"), 1, MaxStyles);
        Assert.Equal("[]", await page.EvaluateAsync<string>("JSON.stringify(window.shifts)"));
        // The first row is not lazy and comes first, others are.
        Assert.Equal("eager", await page.Locator("[data-rows] img").First.GetAttributeAsync("loading"));
        window.HasNoFaults();

        // Published files are sent as Brotli; those of a build are compressed here as a server would.
        async Task<int> CompressedAsync(string extension)
        {
            var files = await page.EvaluateAsync<string[]>(
                "extension => performance.getEntriesByType('resource').map(entry => entry.name).filter(name => new URL(name).pathname.endsWith(`.${extension}`))", extension);
            Assert.NotEmpty(files);
            var sum = 0;
            foreach (var file in files)
            {
                var bytes = await (await window.Context.APIRequest.GetAsync(file)).BodyAsync();
                using var compressed = new MemoryStream();
                await using (var brotli = new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) await brotli.WriteAsync(bytes, Cancellation);
                sum += (int)compressed.Length;
            }
            return sum;
        }
    }
}
