using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Playwright;
using PixelCraft.Cluster;
using PixelCraft.Tests.Scenario;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>What members see while their PostgreSQL takes no changes: that it is so, and whatever they typed.</summary>
[Collection(BrowserTests.Name)]
public sealed class ReadOnlyTests(BrowserInstallation browser, ReadOnlyTests.OnGroup installation) : IClassFixture<ReadOnlyTests.OnGroup>
{
    private const string Typed = "Typed “before” <it> & went";

    [Theory]
    [InlineData(Fault.PrimaryKilled, false)]
    [InlineData(Fault.PrimaryFrozen, true)]
    [InlineData(Fault.StandbysFrozen, false)]
    public async Task Forms_WhileNothingTakesChanges_ComeBackFilled_AndCanBeSentAgain(Fault fault, bool script)
    {
        var email = await browser.NewMemberAsync(installation.Url);
        await using var window = await browser.OpenAsync(new Look(Script: script), installation.Url);
        await using var second = await browser.OpenAsync(new Look(360, Dark: true, Script: script), installation.Url);
        await using var visitor = await browser.OpenAsync(new Look(Script: script), installation.Url);
        await window.SignInAsync(email);
        await second.SignInAsync(email);
        var (edited, trashed) = (await UploadAsync(window), await UploadAsync(window));
        await window.GoAsync($"/images/{edited}?edit=1");
        await second.GoAsync($"/images/{trashed}?edit=1");
        await visitor.GoAsync("/sign-in");
        await Expect(window.Page.Locator("[data-read-only]")).ToHaveCountAsync(0);

        await installation.WithAsync(fault, async () =>
        {
            await ShownAsync(window);
            // Pages that were left open.
            await window.Page.GetByLabel("Title").FillAsync(Typed);
            await window.Page.GetByLabel("Description").FillAsync("Two\nlines");
            await window.Page.GetByLabel("Unlisted").CheckAsync();
            await RefusedAsync(window, "Save");
            await Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This could not be saved just now");
            await Expect(window.Page.GetByLabel("Title")).ToHaveValueAsync(Typed);
            await Expect(window.Page.GetByLabel("Description")).ToHaveValueAsync("Two\nlines");
            await Expect(window.Page.GetByLabel("Unlisted")).ToBeCheckedAsync();
            await Expect(window.Page.Locator("[data-read-only]")).ToBeVisibleAsync();
            await SoundAsync(window);

            // A button, whose page of the error keeps what it sent.
            await RefusedAsync(second, "Move to the trash");
            await Expect(second.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeVisibleAsync();
            await SoundAsync(second);

            if (fault is Fault.StandbysFrozen) return; // who signs in writes nothing there
            await visitor.Page.GetByLabel("E-mail").FillAsync(email);
            await visitor.Page.GetByLabel("Password").FillAsync(Installation.Password);
            await RefusedAsync(visitor, "Sign in");
            await Expect(visitor.Page.GetByLabel("E-mail")).ToHaveValueAsync(email);
            await Expect(visitor.Page.GetByLabel("Password")).ToHaveValueAsync("");
            Assert.DoesNotContain(Installation.Password, await visitor.Page.ContentAsync(), StringComparison.Ordinal);
            await SoundAsync(visitor);

            await visitor.GoAsync("/register");
            await visitor.Page.GetByLabel("Your name").FillAsync("Somebody");
            await visitor.Page.GetByLabel("E-mail").FillAsync($"late-{email}");
            await visitor.Page.GetByLabel("Password").FillAsync(Installation.Password);
            await RefusedAsync(visitor, "Create an account");
            await Expect(visitor.Page.GetByLabel("Your name")).ToHaveValueAsync("Somebody");
            await Expect(visitor.Page.GetByLabel("E-mail")).ToHaveValueAsync($"late-{email}");
        });

        if (script) await Expect(window.Page.Locator("[data-read-only]")).ToHaveCountAsync(0); // by itself
        await UntilAsync(second, "Try again", "/mine");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Typed);
        await Eventually.TrueAsync(async () =>
        {
            await window.GoAsync("/mine");
            return await window.Page.Locator("[data-read-only]").CountAsync() == 0;
        });
        var image = (await (await window.Context.APIRequest.GetAsync($"/api/v1/images/{edited}")).JsonAsync())!.Value;
        Assert.Equal("unlisted", image.GetProperty("visibility").GetString());
        Assert.Equal("Two\nlines", image.GetProperty("description").GetString());
        if (fault is Fault.StandbysFrozen) return;
        await visitor.Page.GetByLabel("Password").FillAsync(Installation.Password);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
        await visitor.ArriveAsync("/mine$");

        // What looks at a page needs the script.
        Task SoundAsync(Window one) => script ? one.IsSoundAsync() : Task.CompletedTask;
    }

    [Fact]
    public async Task AccountPage_WhilePrimaryIsAway_KeepsTheNameOfAToken()
    {
        await using var window = await browser.OpenAsync(new Look(Script: false), installation.Url);
        var page = window.Page;
        await window.SignInAsync("ada@example.org");
        await window.GoAsync("/account");
        await installation.WithAsync(Fault.PrimaryKilled, async () =>
        {
            await ShownAsync(window);
            await window.GoAsync("/account");
            // What replicas have is shown.
            await Expect(page.GetByText("ada@example.org")).ToBeVisibleAsync();
            await Expect(page.Locator("#tokens").GetByText("Not known just now.")).ToBeVisibleAsync();
            await page.GetByLabel("Name of a new token").FillAsync("backup script");
            await page.GetByLabel("May also upload and change").CheckAsync();
            await RefusedAsync(window, "Create token");
            await Expect(page.GetByLabel("Name of a new token")).ToHaveValueAsync("backup script");
            await Expect(page.GetByLabel("May also upload and change")).ToBeCheckedAsync();
        });
        await UntilAsync(window, "Create token", "/account");
        await Expect(page.GetByLabel("Your new token")).Not.ToHaveValueAsync("");
    }

    [Fact]
    public async Task Script_WhilePrimaryIsAway_KeepsFilesAndOffersToTryAgain()
    {
        var email = await browser.NewMemberAsync(installation.Url);
        await using var window = await browser.OpenAsync(new Look(), installation.Url);
        await using var uploader = await browser.OpenAsync(new Look(), installation.Url);
        await window.SignInAsync(email);
        await uploader.SignInAsync(email);
        await UploadAsync(window);
        await window.GoAsync("/mine");
        await uploader.GoAsync("/upload");
        var toast = window.Page.Locator(".toast");
        await installation.WithAsync(Fault.PrimaryKilled, async () =>
        {
            await window.Page.Locator("[data-rows] > li > a").First.FocusAsync();
            await window.Page.Keyboard.PressAsync("Delete");
            await Expect(toast).ToContainTextAsync("can’t be saved just now");
            await Expect(window.Page.Locator("[data-rows] > li")).ToHaveCountAsync(1);
            await uploader.Page.SetInputFilesAsync("[data-uploader] input[type=file]", new FilePayload { Name = "late.jpg", MimeType = "image/jpeg", Buffer = Unique() });
            await Expect(uploader.Page.Locator(".upload-row")).ToHaveCountAsync(1);
        });
        await toast.HoverAsync(); // so that it stays
        await Eventually.TrueAsync(async () =>
        {
            var again = window.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" });
            if (await again.CountAsync() > 0) await again.Last.ClickAsync();
            return await window.Page.Locator("[data-rows] > li").CountAsync() == 0;
        });
        await Expect(uploader.Page.Locator(".upload-row.finished")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task Status_WhilePrimaryIsAway_SaysSo()
    {
        await using var window = await browser.OpenAsync(at: installation.Url);
        await installation.WithAsync(Fault.PrimaryKilled, async () =>
        {
            await Eventually.TrueAsync(async () => !(await StatusAsync(window)).GetProperty("writes").GetProperty("images").GetBoolean());
            var status = await StatusAsync(window);
            Assert.False(status.GetProperty("ok").GetBoolean());
            Assert.False(status.GetProperty("writes").GetProperty("accounts").GetBoolean());
            await window.GoAsync("/status");
            await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Part of PixelCraft is away" })).ToBeVisibleAsync();
            await Expect(window.Page.GetByText("not taken at the moment")).ToHaveCountAsync(2);
            await window.IsSoundAsync();
        });
        await Eventually.TrueAsync(async () => (await StatusAsync(window)).GetProperty("ok").GetBoolean());
    }

    private static async Task<JsonElement> StatusAsync(Window window)
    {
        var answer = await window.Context.APIRequest.GetAsync("/api/v1/status");
        Assert.Equal(200, answer.Status);
        return (await answer.JsonAsync())!.Value;
    }

    /// <summary>Sends the form of a button, and is answered 503.</summary>
    private static async Task RefusedAsync(Window window, string button)
    {
        var answer = await window.Page.RunAndWaitForResponseAsync(
            () => window.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync(), response => response.Request.Method == "POST");
        Assert.Equal(503, answer.Status);
        Assert.Equal("10", await answer.HeaderValueAsync("Retry-After"));
        await window.Page.WaitForLoadStateAsync();
    }

    /// <summary>The banner comes within seconds, on a page that is opened then.</summary>
    private static async Task ShownAsync(Window window)
    {
        var other = await window.Context.NewPageAsync();
        await Eventually.TrueAsync(async () =>
        {
            await other.GotoAsync("/mine");
            return await other.Locator("[data-read-only]").CountAsync() == 1;
        });
        await Expect(other.Locator("[data-read-only]")).ToContainTextAsync("You can go on looking at images");
        await other.CloseAsync();
    }

    /// <summary>Presses a button until it has led to another page than the one that it is refused by.</summary>
    private static Task UntilAsync(Window window, string button, string path) => Eventually.TrueAsync(async () =>
    {
        var found = window.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true });
        var answer = await window.Page.RunAndWaitForResponseAsync(() => found.ClickAsync(), response => response.Request.Method == "POST");
        await window.Page.WaitForLoadStateAsync();
        return answer.Status < 400 && new Uri(window.Page.Url).AbsolutePath == path;
    });

    private static Task<string> UploadAsync(Window window) => window.UploadAsync(Unique(), "a.png");

    /// <summary>A small PNG with bytes behind its end: an image that no other is.</summary>
    private static byte[] Unique() =>
    [
        .. Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
        .. RandomNumberGenerator.GetBytes(1_000),
    ];

    /// <summary>What becomes of PostgreSQL.</summary>
    public enum Fault
    {
        PrimaryKilled,
        PrimaryFrozen,
        StandbysFrozen,
    }

    /// <summary>A web server on a PostgreSQL of its own, with two standbys.</summary>
    public sealed class OnGroup(Servers servers) : Installation(servers)
    {
        private PostgresGroup _group = null!;

        /// <summary>Does something while PostgreSQL takes no changes, and returns when it does again.</summary>
        internal async Task WithAsync(Fault fault, Func<Task> work)
        {
            var frozen = fault switch
            {
                Fault.PrimaryFrozen => [_group.Primary],
                Fault.StandbysFrozen => _group.Replicas,
                _ => (IReadOnlyList<PostgresServer>)[],
            };
            if (fault is Fault.PrimaryKilled) _group.Primary.Kill();
            foreach (var server in frozen) server.Pause();
            try
            {
                await work();
            }
            finally
            {
                foreach (var server in frozen) server.Resume();
                if (fault is Fault.PrimaryKilled) await _group.Primary.RestartAsync(CancellationToken.None);
            }
        }

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        private protected override async Task StartAsync()
        {
            _group = await Servers.SkipIfMissingAsync(() => PostgresGroup.StartAsync(CancellationToken.None));
            var settings = await SplitInstallation.SettingsAsync(Servers);
            settings["Postgres:Accounts"] = await _group.CreateDatabaseAsync(Cancellation) + ";Command Timeout=3";
            settings["Postgres:Catalogue"] = await _group.CreateDatabaseAsync(Cancellation) + ";Command Timeout=3";
            settings["Accounts:Registration"] = "open";
            settings["Limits:Enabled"] = "false";
            settings["Role"] = "web";
            await StartAsync(settings);
            await AddMembersAsync(settings);
        }
    }
}
