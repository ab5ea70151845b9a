using Microsoft.Playwright;
using PixelCraft.Tests.Live;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>What the image page makes of the others' cursors. The others are programs; the page's clock is moved by hand.</summary>
[Collection(BrowserTests.Name)]
public sealed class LiveCursorTests(BrowserInstallation installation)
{
    private const int Middle = 32_768;

    [Fact]
    public async Task Cursor_SilentForTenSeconds_Fades_AndComesBackWithItsNextMove()
    {
        await using var window = await installation.OpenAsync();
        await using var grace = await BesideAsync(window, "Grace");
        await grace.MoveAsync(Middle, Middle);
        var cursor = window.Page.Locator(".cursor");
        await Expect(cursor).ToHaveCSSAsync("opacity", "1");

        await window.Page.Clock.FastForwardAsync(9_000);
        await FrameAsync(window.Page);
        await Expect(cursor).ToHaveCSSAsync("opacity", "1");
        await window.Page.Clock.FastForwardAsync(2_000);
        await Expect(cursor).ToHaveCSSAsync("opacity", "0");

        await grace.MoveAsync(Middle + 1, Middle);
        await Expect(cursor).ToHaveCSSAsync("opacity", "1");
        window.HasNoFaults();
    }

    [Fact]
    public async Task Cursor_BetweenTwoPlaces_GlidesAlongTheWay()
    {
        await using var window = await installation.OpenAsync(new Look(Motion: true));
        await using var grace = await BesideAsync(window, "Grace");
        await grace.MoveAsync(0, Middle);
        var cursor = window.Page.Locator(".cursor");
        await Expect(cursor).ToHaveCountAsync(1);
        await Eventually.TrueAsync(async () => await XAsync() < 0.001);
        await window.Page.Clock.PauseAtAsync(await window.Page.EvaluateAsync<DateTime>("new Date(Date.now() + 1000)"));

        await grace.MoveAsync(65_535, Middle);

        var places = new List<double>();
        await Eventually.TrueAsync(async () =>
        {
            await window.Page.Clock.RunForAsync(10);
            places.Add(await XAsync());
            return places[^1] > 0.999;
        });
        // More than one step on the way, each further than the one before, and none beyond.
        Assert.InRange(places.Count(place => place is > 0.01 and < 0.99), 3, 20);
        Assert.Equal(places.Order(), places);

        async Task<double> XAsync() => await window.Page.EvaluateAsync<double>(
            "() => { const image = document.querySelector('[data-canvas] img').getBoundingClientRect(); return (document.querySelector('.cursor').getBoundingClientRect().left - image.left) / image.width; }");
    }

    [Fact]
    public async Task Cursors_BeyondAHundred_AreCountedAndNotDrawn()
    {
        await using var window = await installation.OpenAsync();
        await using var first = await BesideAsync(window, "p000");
        var image = window.Page.Url.Split('/')[^1];
        var others = new LiveClient[120];
        try
        {
            await Parallel.ForAsync(0, others.Length, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (i, _) =>
            {
                others[i] = await LiveClient.ConnectAsync(installation.Url);
                Assert.Equal("ok", await others[i].JoinAsync(image, $"p{i + 1:000}"));
                await others[i].MoveAsync(i * 500, Middle);
            });

            // Everybody is counted: the page itself, the first, and the others; five of them by their letters.
            await Expect(window.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem).Last).ToHaveTextAsync("+117");
            await Expect(window.Page.Locator(".cursor")).ToHaveCountAsync(100);

            // When one that is drawn goes, there is room for one that isn't; it may be taken by one whose first move the page hears only now.
            var drawn = await window.Page.Locator(".cursor").AllTextContentsAsync();
            var (gone, next) = (others.First((client) => drawn.Contains(NameOf(client))), others.First(client => !drawn.Contains(NameOf(client))));
            await gone.LeaveAsync();
            await Expect(window.Page.Locator(".cursor", new() { HasText = NameOf(gone) })).ToHaveCountAsync(0);
            await next.MoveAsync(1, 1);
            await Expect(window.Page.Locator(".cursor")).ToHaveCountAsync(100);

            // And when those that are drawn have faded.
            var late = others.First(client => client != gone && client != next && !drawn.Contains(NameOf(client)));
            await window.Page.Clock.FastForwardAsync(11_000);
            await late.MoveAsync(2, 2);
            await Expect(window.Page.Locator(".cursor", new() { HasText = NameOf(late) })).ToHaveCSSAsync("opacity", "1");
            await Expect(window.Page.Locator(".cursor")).ToHaveCountAsync(100);
            window.HasNoFaults();
        }
        finally
        {
            foreach (var other in others.Where(other => other is not null)) await other.DisposeAsync();
        }

        string NameOf(LiveClient client) => $"p{Array.IndexOf(others, client) + 1:000}";
    }

    [Fact]
    public async Task Name_ThatLooksLikeMarkup_IsText()
    {
        const string Name = "<img src=x onerror=window.bad=1>";
        await using var window = await installation.OpenAsync();
        await using var grace = await BesideAsync(window, Name);
        await grace.MoveAsync(Middle, Middle);

        await Expect(window.Page.Locator(".cursor")).ToHaveTextAsync(Name);
        await Expect(window.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem).First).ToHaveTextAsync($"<{Name}");
        await Expect(window.Page.Locator("img[src='x']")).ToHaveCountAsync(0);
        Assert.False(await window.Page.EvaluateAsync<bool>("'bad' in window"));
        window.HasNoFaults();
    }

    /// <summary>Opens a member's image in a window whose clock can be moved, with somebody beside them in its room.</summary>
    private async Task<LiveClient> BesideAsync(Window window, string name)
    {
        using var ada = await installation.SignInAsync("ada");
        var image = await ada.UploadedAnewAsync(installation.Photographs[0], "public");
        await ada.ProcessedAsync(image);
        await window.Page.Clock.InstallAsync();
        await window.SignInAsync("ada@example.org");
        await window.GoAsync($"/images/{image}");
        var beside = await LiveClient.ConnectAsync(installation.Url);
        Assert.Equal("ok", await beside.JoinAsync(image, name));
        await Eventually.TrueAsync(() => beside.Sees("ada"));
        await Expect(window.Page.GetByLabel("Who is looking at this image")).ToBeVisibleAsync();
        return beside;
    }

    /// <summary>Waits until the page has drawn once more.</summary>
    private static Task FrameAsync(IPage page) => page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
}
