using System.Net.Http.Json;
using Microsoft.Playwright;
using PixelCraft.Cluster;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Browser;

/// <summary>The tests in a browser share one chromium and one embedded installation; each takes a member of its own.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<BrowserInstallation>
{
    public const string Name = "Browser";
}

/// <summary>An embedded installation where anybody may register, and Debian's chromium to look at it.</summary>
public sealed class BrowserInstallation(Servers servers) : Installation(servers), IAsyncDisposable
{
    private static int _members;

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

    /// <summary>Registers a member whom no other test knows, and returns the e-mail address.</summary>
    internal async Task<string> NewMemberAsync(Uri? at = null)
    {
        var email = $"member{Interlocked.Increment(ref _members)}@example.org";
        using var http = new HttpClient { BaseAddress = at ?? Url };
        using var answer = await http.PostAsJsonAsync("/api/v1/members", new { email, name = email.Split('@')[0], password = Password }, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        return email;
    }

    /// <summary>A window of the browser, with nothing kept from others. The test is skipped where there is no chromium.</summary>
    internal async Task<Window> OpenAsync(Look? look = null, Uri? at = null)
    {
        var context = await (await BrowserAsync()).NewContextAsync((look ?? new Look()).Options(at ?? Url));
        context.SetDefaultTimeout(30_000);
        return await Window.OpenAsync(context);
    }

    /// <summary>Sees to it that there are so many public images at least.</summary>
    internal async Task FillAsync(int images)
    {
        using var ada = await SignInAsync("ada");
        var ready = (await ada.JsonAsync("/api/v1/images?limit=50")).GetProperty("items").GetArrayLength();
        for (var i = ready; i < images; i++)
            await ada.ProcessedAsync(await ada.UploadedAsync(Photographs[i % Photographs.Count], "public"));
    }

    /// <summary>Another installation without any member: what somebody sees who has just started it.</summary>
    internal static Task<PixelCraftProcess> StartFreshAsync() => PixelCraftProcess.StartAsync(Settings, Cancellation);

    private static Dictionary<string, string> Settings => new() { ["Accounts:Registration"] = "open", ["Limits:Enabled"] = "false" };

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
        await DisposeAsync();
    }

    private protected override async Task StartAsync()
    {
        var process = await StartAsync(Settings);
        await AddMembersAsync(new Dictionary<string, string> { ["Data"] = process.Data });
    }

    private async Task<IBrowser> BrowserAsync()
    {
        var program = await Servers.ChromiumAsync();
        await _starting.WaitAsync(Cancellation);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            Assertions.SetDefaultExpectTimeout(20_000);
            return _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
        }
        finally
        {
            _starting.Release();
        }
    }
}

/// <summary>How somebody looks at it.</summary>
/// <param name="Width">Of the window, in CSS pixels. Under 600 it is a phone.</param>
/// <param name="Dark">What the system asks for.</param>
/// <param name="Script">False for a browser without script.</param>
/// <param name="Motion">False when the system asks for none.</param>
public sealed record Look(int Width = 1440, bool Dark = false, bool Script = true, bool Motion = false)
{
    /// <summary>A phone and a desk, light and dark.</summary>
    public static TheoryData<int, bool> All => new() { { 360, false }, { 360, true }, { 1440, false }, { 1440, true } };

    internal BrowserNewContextOptions Options(Uri url) => new()
    {
        BaseURL = url.ToString(),
        ViewportSize = new ViewportSize { Width = Width, Height = Width < 600 ? 780 : 900 },
        HasTouch = Width < 600,
        IsMobile = Width < 600,
        ColorScheme = Dark ? ColorScheme.Dark : ColorScheme.Light,
        // Nothing is measured in the middle of a movement.
        ReducedMotion = Motion ? ReducedMotion.NoPreference : ReducedMotion.Reduce,
        JavaScriptEnabled = Script,
        Locale = "en",
    };
}
