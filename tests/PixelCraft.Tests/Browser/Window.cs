using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using PixelCraft.Tests.Scenario;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>A window of a browser at PixelCraft, which remembers what went wrong in it.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly List<string> _faults = [];

    private Window(IBrowserContext context, IPage page)
    {
        Context = context;
        Page = page;
        page.Console += (_, message) => { if (message.Type is "error" or "warning") _faults.Add($"{page.Url}: {message.Text}"); };
        page.PageError += (_, message) => _faults.Add($"{page.Url}: {message}");
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public static async Task<Window> OpenAsync(IBrowserContext context) => new(context, await context.NewPageAsync());

    /// <summary>Makes a session without the form.</summary>
    public async Task SignInAsync(string email)
    {
        var answer = await Context.APIRequest.PostAsync("/api/v1/session", new() { DataObject = new { email, password = Installation.Password } });
        Assert.True(answer.Ok, $"{answer.Status}: {await answer.TextAsync()}");
    }

    /// <summary>Uploads a file without the page, and returns its id.</summary>
    public async Task<string> UploadAsync(byte[] file, string name, string visibility = "private")
    {
        var answer = await Context.APIRequest.PostAsync($"/api/v1/images?visibility={visibility}&fileName={name}", new() { DataByte = file });
        Assert.True(answer.Status == 202, $"{answer.Status}: {await answer.TextAsync()}");
        return (await answer.JsonAsync())!.Value.GetProperty("id").GetString()!;
    }

    /// <summary>Waits until an image is ready, or has failed.</summary>
    public async Task ProcessedAsync(string id) => await Eventually.GetAsync(
        async () => (await (await Context.APIRequest.GetAsync($"/api/v1/images/{id}")).JsonAsync())!.Value.GetProperty("status").GetString(),
        status => status is "ready" or "failed",
        TimeSpan.FromSeconds(100));

    public Task GoAsync(string path) => Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });

    /// <summary>
    /// Waits until another page is there whose address matches a pattern, and has loaded. Playwright's own WaitForURLAsync sometimes misses the load of a page
    /// that comes while it begins to listen.
    /// </summary>
    public async Task ArriveAsync([StringSyntax(StringSyntaxAttribute.Regex)] string address)
    {
        await Expect(Page).ToHaveURLAsync(new Regex(address));
        await Eventually.TrueAsync(() => Page.EvaluateAsync<bool>("document.readyState === 'complete'"));
    }

    /// <summary>
    /// The page is usable by everybody, as far as axe-core can tell (https://github.com/dequelabs/axe-core); nothing is wider
    /// than the window; every form that changes something but the colours brings its antiforgery token.
    /// </summary>
    public async Task IsSoundAsync()
    {
        // Violations alone: to tell all that passed would take several times as long.
        var result = await Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.True(result.Violations.Length == 0, $"{Page.Url}\n{string.Join('\n', result.Violations.Select(
            rule => $"{rule.Id}: {rule.Help}\n  {string.Join("\n  ", rule.Nodes.Select(node => $"{node.Target} {node.Html} {string.Join("; ", node.Any.Select(check => check.Message))}"))}"))}");
        Assert.Equal(0, await Page.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - innerWidth)"));
        Assert.Equal(0, await Page.Locator("form[method=post]:not([action='/theme']):not(:has(input[name=antiforgery][value]))").CountAsync());
    }

    /// <summary>Nothing was told to the console: no error, no warning, nothing refused by the Content-Security-Policy.</summary>
    public void HasNoFaults() => Assert.Empty(_faults);

    public ValueTask DisposeAsync() => Context.DisposeAsync();
}
