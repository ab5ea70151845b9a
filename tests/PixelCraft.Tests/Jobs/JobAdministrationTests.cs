using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Jobs;
using PixelCraft.Tests.Browser;
using PixelCraft.Tests.Scenario;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Jobs;

/// <summary>The queue as an administrator of the built program sees it, by API and on the page.</summary>
[Collection(BrowserTests.Name)]
public sealed class JobAdministrationTests(JobAdministrationTests.Server server, BrowserInstallation browser) : IClassFixture<JobAdministrationTests.Server>, IAsyncLifetime
{
    private readonly RedisJobQueue _queue = server.Queue;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var letter in await LettersAsync()) await _queue.DropAsync(letter.Id, Cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Api_ListsReplaysAndDrops()
    {
        await BuryAsync(3);
        using var ada = await SignedInAsync();

        var state = await ada.GetFromJsonAsync<JsonElement>("/api/v1/jobs", Cancel);
        Assert.Equal((0, 3), (state.GetProperty("due").GetInt32(), state.GetProperty("dead").GetInt32()));
        var first = await ada.GetFromJsonAsync<JsonElement>("/api/v1/jobs/dead?limit=2", Cancel);
        Assert.Equal(2, first.GetProperty("items").GetArrayLength());
        var letter = first.GetProperty("items")[0];
        Assert.Equal(("render-image", 1), (letter.GetProperty("kind").GetString(), letter.GetProperty("faults").GetInt32()));
        Assert.Contains("is not the id of an image", letter.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var rest = await ada.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/dead?limit=2&after={first.GetProperty("next").GetString()}", Cancel);
        Assert.Equal(1, rest.GetProperty("items").GetArrayLength());

        var id = letter.GetProperty("id").GetString();
        using var dropped = await ada.DeleteAsync($"/api/v1/jobs/dead/{id}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, dropped.StatusCode);
        using var again = await ada.DeleteAsync($"/api/v1/jobs/dead/{id}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);

        // Tried again it is given up again, as a new letter.
        var other = first.GetProperty("items")[1].GetProperty("id").GetString()!;
        using var replayed = await ada.PostAsync($"/api/v1/jobs/dead/{other}/replay", null, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, replayed.StatusCode);
        await Eventually.TrueAsync(async () => await LettersAsync() is { Count: 2 } letters && letters.All(one => one.Id != other));
        using var all = await ada.PostAsync("/api/v1/jobs/dead:replay", null, Cancel);
        Assert.Equal(2, (await all.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Api_AndPage_AreForAdministrators()
    {
        using var visitor = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Url };
        foreach (var path in new[] { "/api/v1/jobs", "/api/v1/jobs/dead" })
        {
            using var refused = await visitor.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var registered = await visitor.PostAsJsonAsync("/api/v1/members", new { email = "eve@example.org", name = "eve", password = Installation.Password }, Cancel);
        using var signedIn = await visitor.PostAsJsonAsync("/api/v1/session", new { email = "eve@example.org", password = Installation.Password }, Cancel);
        signedIn.EnsureSuccessStatusCode();
        using var member = await visitor.PostAsync("/api/v1/jobs/dead:replay", null, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, member.StatusCode);
        using var page = await visitor.GetAsync("/admin/jobs", Cancel);
        Assert.NotEqual(HttpStatusCode.OK, page.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Page_IsSound_WithLettersAndWithout(int width, bool dark)
    {
        await using var window = await OpenAsync(new Look(width, dark));
        await Expect(window.Page.GetByText("No job was given up.")).ToBeVisibleAsync();
        await window.IsSoundAsync();

        await BuryAsync(3);
        await _queue.EnqueueAsync(new Job("other", "1"), TimeSpan.FromHours(1), Cancel);
        await window.GoAsync("/admin/jobs");
        await Expect(window.Page.Locator("#dead li")).ToHaveCountAsync(3);
        await window.IsSoundAsync();
        window.HasNoFaults();
    }

    [Fact]
    public async Task Page_ByKeyboard_TriesAgain()
    {
        await BuryAsync(1);
        var before = (await LettersAsync())[0].Id;
        await using var window = await OpenAsync(new Look());
        var button = window.Page.GetByRole(AriaRole.Button, new() { Name = "Try again render-image nonsense-0" });

        // From the start of the page by Tab alone.
        for (var i = 0; i < 40 && !await button.EvaluateAsync<bool>("element => element === document.activeElement"); i++)
            await window.Page.Keyboard.PressAsync("Tab");
        await Expect(button).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Page.Locator(".toast")).ToHaveTextAsync("The job is in the queue again.");
        await Eventually.TrueAsync(async () => await LettersAsync() is [var letter] && letter.Id != before);
    }

    [Fact]
    public async Task Page_WithoutScript_DropsAndTriesAll()
    {
        await BuryAsync(3);
        await using var window = await OpenAsync(new Look(Script: false));

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Drop render-image nonsense-1" }).ClickAsync();
        await Expect(window.Page.GetByText("The job was dropped.")).ToBeVisibleAsync();
        await Expect(window.Page.Locator("#dead li")).ToHaveCountAsync(2);
        var before = (await LettersAsync()).Select(letter => letter.Id).ToHashSet();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Try all again" }).ClickAsync();

        await Expect(window.Page.GetByText("The jobs are in the queue again.")).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () => await LettersAsync() is { Count: 2 } letters && !letters.Any(letter => before.Contains(letter.Id)));
    }

    private Task<IReadOnlyList<DeadJob>> LettersAsync() => _queue.ListAsync(null, 100, Cancel);

    /// <summary>Has the program give up jobs that can't be done.</summary>
    private async Task BuryAsync(int count)
    {
        for (var i = 0; i < count; i++) await _queue.EnqueueAsync(new Job("render-image", $"nonsense-{i}"), TimeSpan.Zero, Cancel);
        await Eventually.TrueAsync(async () => (await LettersAsync()).Count == count);
    }

    private async Task<HttpClient> SignedInAsync()
    {
        var client = new HttpClient { BaseAddress = server.Url };
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new { email = "ada@example.org", password = Installation.Password }, Cancel);
        answer.EnsureSuccessStatusCode();
        return client;
    }

    private async Task<Window> OpenAsync(Look look)
    {
        var window = await browser.OpenAsync(look, server.Url);
        await window.SignInAsync("ada@example.org");
        await window.GoAsync("/admin/jobs");
        return window;
    }

    /// <summary>The program on a Redis, where the tests can put jobs too.</summary>
    public sealed class Server(Servers servers) : IAsyncLifetime
    {
        private PixelCraftProcess _program = null!;
        private RedisConnection _redis = null!;

        public Uri Url => new(_program.Url);

        internal RedisJobQueue Queue { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var options = new RedisOptions { Connection = (await servers.RedisAsync()).ConnectionString, Prefix = $"t{Guid.NewGuid():n}" };
            _redis = new RedisConnection(options.Connection, options, NullLoggerFactory.Instance);
            Queue = new RedisJobQueue(_redis, Options.Create(new JobQueueOptions()), TimeProvider.System);
            _program = await PixelCraftProcess.StartAsync(new Dictionary<string, string>
            {
                ["Redis:Connection"] = options.Connection,
                ["Redis:Prefix"] = options.Prefix,
                ["Accounts:Registration"] = "open",
            }, Cancel);
            var added = await PixelCraftProcess.RunCommandAsync(
                new Dictionary<string, string> { ["Data"] = _program.Data },
                ["member", "add", "--admin", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Cancel);
            Assert.True(added.ExitCode == 0, added.Error);
        }

        public async ValueTask DisposeAsync()
        {
            await _program.DisposeAsync();
            await _redis.DisposeAsync();
        }
    }
}
