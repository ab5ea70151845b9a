using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>The image page under fingers: a phone's window, and touches as a screen sends them.</summary>
[Collection(BrowserTests.Name)]
public sealed class TouchTests(BrowserInstallation installation)
{
    private const int Steps = 8;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Swipe_LeftAndRight_GoesToTheNeighbours()
    {
        await using var phone = await OpenAsync();
        var first = phone.Page.Url;
        await phone.DragAsync((300, 350), (60, 360));
        await phone.Window.ArriveAsync($"^(?!.*{Id(first)})");
        await phone.ReadyAsync();
        await phone.DragAsync((60, 350), (300, 340));
        await phone.Window.ArriveAsync(Id(first));
        phone.Window.HasNoFaults();
    }

    [Fact]
    public async Task Swipe_PastTheFirst_StaysThere()
    {
        await using var phone = await OpenAsync();
        var first = phone.Page.Url;
        await Expect(phone.Page.Locator("a.newer")).ToHaveCountAsync(0);
        await phone.DragAsync((60, 350), (300, 350));
        await phone.DragAsync((200, 350), (170, 350)); // too short
        Assert.Equal(first, phone.Page.Url);
        Assert.Equal("", await phone.TransformAsync());
    }

    [Fact]
    public async Task Drag_Upwards_ShowsTheDetails()
    {
        await using var phone = await OpenAsync();
        var first = phone.Page.Url;
        await phone.DragAsync((180, 500), (190, 200));
        await phone.Page.WaitForFunctionAsync("() => scrollY > 200");
        Assert.Equal(first, phone.Page.Url);
        // As far as the finger went, no less.
        Assert.InRange(await phone.Page.EvaluateAsync<double>("scrollY"), 270, 310);
        await Expect(phone.Page.Locator("#details h1")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Pinch_Enlarges_ThenOneFingerMovesAndPinchingBackFits()
    {
        await using var phone = await OpenAsync();
        var first = phone.Page.Url;
        await phone.PinchAsync((160, 360), (200, 360), (60, 360), (300, 360));
        Assert.InRange(await phone.ScaleAsync(), 4, 8);
        // The image, not the page.
        Assert.Equal(1, await phone.Page.EvaluateAsync<double>("visualViewport.scale"));

        var before = await phone.TransformAsync();
        await phone.DragAsync((300, 350), (60, 350));
        var after = await phone.TransformAsync();
        Assert.NotEqual(before, after);
        Assert.InRange(await phone.ScaleAsync(), 4, 8);
        Assert.Equal(first, phone.Page.Url);

        // Two fingers side by side move it too.
        await phone.PinchAsync((100, 360), (160, 360), (200, 360), (260, 360));
        Assert.NotEqual(after, await phone.TransformAsync());

        await phone.PinchAsync((40, 360), (320, 360), (175, 360), (185, 360));
        await Expect(phone.Page.Locator(".canvas")).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("zoomed"));
        Assert.Equal("", await phone.TransformAsync());
        Assert.Equal(first, phone.Page.Url);
        phone.Window.HasNoFaults();
    }

    [Fact]
    public async Task Pinch_OfAnImageThatFits_IsNoSwipe()
    {
        await using var phone = await OpenAsync();
        var first = phone.Page.Url;
        // The one that leaves last has come far enough for a swipe.
        await phone.PinchAsync((340, 360), (20, 360), (200, 360), (190, 360));
        await phone.DragAsync((180, 500), (190, 300));
        await phone.Page.WaitForFunctionAsync("() => scrollY > 100");
        Assert.Equal(first, phone.Page.Url);
    }

    [Fact]
    public async Task DoubleTap_EnlargesAndFits()
    {
        await using var phone = await OpenAsync();
        await phone.TapAsync((180, 360));
        await phone.TapAsync((180, 360));
        await Expect(phone.Page.Locator(".canvas")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("zoomed"));
        // Elsewhere, or it would be the third and fourth tap of one.
        await phone.TapAsync((80, 460));
        await phone.TapAsync((80, 460));
        await Expect(phone.Page.Locator(".canvas")).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("zoomed"));
    }

    /// <summary>The newest of a member's two images, on a phone.</summary>
    private async Task<Phone> OpenAsync()
    {
        var window = await installation.OpenAsync(new Look(360));
        await window.SignInAsync(await installation.NewMemberAsync());
        var id = "";
        foreach (var photograph in installation.Photographs.Take(2))
        {
            id = await window.UploadAsync(await File.ReadAllBytesAsync(photograph, Cancellation), "walk.jpg");
            await window.ProcessedAsync(id);
        }
        await window.GoAsync($"/images/{id}");
        var phone = new Phone(window, await window.Context.NewCDPSessionAsync(window.Page));
        await phone.ReadyAsync();
        return phone;
    }

    private static string Id(string url) => new Uri(url).AbsolutePath;

    private sealed class Phone(Window window, ICDPSession input) : IAsyncDisposable
    {
        public Window Window => window;

        public IPage Page => window.Page;

        /// <summary>The image is there, the script listens, and the page was shown: until then a browser takes no touches.</summary>
        public async Task ReadyAsync()
        {
            await Page.WaitForFunctionAsync("() => document.querySelector('.canvas.live img')?.naturalWidth > 0");
            await Page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        }

        public Task<string> TransformAsync() => Page.EvaluateAsync<string>("document.querySelector('.canvas img').style.transform");

        public Task<double> ScaleAsync() => Page.EvaluateAsync<double>("new DOMMatrix(document.querySelector('.canvas img').style.transform).a");

        public async Task TapAsync((double X, double Y) at)
        {
            await SendAsync("touchStart", at);
            await SendAsync("touchEnd");
        }

        public async Task DragAsync((double X, double Y) from, (double X, double Y) to)
        {
            await SendAsync("touchStart", from);
            for (var step = 1; step <= Steps; step++) await SendAsync("touchMove", Between(from, to, step));
            await SendAsync("touchEnd");
        }

        public async Task PinchAsync((double X, double Y) a, (double X, double Y) b, (double X, double Y) toA, (double X, double Y) toB)
        {
            await SendAsync("touchStart", a);
            await SendAsync("touchStart", a, b);
            for (var step = 1; step <= Steps; step++) await SendAsync("touchMove", Between(a, toA, step), Between(b, toB, step));
            // No two fingers leave at the same moment.
            await SendAsync("touchMove", toA);
            await SendAsync("touchEnd");
        }

        public ValueTask DisposeAsync() => window.DisposeAsync();

        private static (double X, double Y) Between((double X, double Y) from, (double X, double Y) to, int step) =>
            (from.X + (to.X - from.X) * step / Steps, from.Y + (to.Y - from.Y) * step / Steps);

        private Task SendAsync(string type, params (double X, double Y)[] points) => input.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object>
        {
            ["type"] = type,
            ["touchPoints"] = points.Select((point, id) => new Dictionary<string, object> { ["x"] = point.X, ["y"] = point.Y, ["id"] = id }).ToArray(),
        });
    }
}
