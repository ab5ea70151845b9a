using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>People talk about an image, each in a browser of their own.</summary>
[Collection(BrowserTests.Name)]
public sealed class DiscussionTests(BrowserInstallation installation)
{
    private const string Markup = "<img src=x onerror=alert(1)> & see https://example.org/a?b=1, or http://example.org/(x).";

    [Fact]
    public async Task TwoBrowsers_SeeEachOthersCursor_ANewPinAndItsReply()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ada = await pages.OpenAsync("ada");
        await using var ben = await pages.OpenAsync("ben");
        await Expect(ada.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);

        var (x, y) = await ada.SpotAsync(0.4, 0.4);
        await ada.Page.Mouse.MoveAsync(x - 20, y);
        await ada.Page.Mouse.MoveAsync(x, y);
        await Expect(ben.Page.Locator(".cursor", new() { HasText = "ada" }).Locator("span")).ToBeVisibleAsync();
        (x, y) = await ben.SpotAsync(0.6, 0.6);
        await ben.Page.Mouse.MoveAsync(x - 20, y);
        await ben.Page.Mouse.MoveAsync(x, y);
        await Expect(ada.Page.Locator(".cursor", new() { HasText = "ben" }).Locator("span")).ToBeVisibleAsync();

        await ada.PinAsync(0.3, 0.25, "What is this light?");
        var pin = ben.Page.GetByRole(AriaRole.Button, new() { Name = "Pin 1 by ada: What is this light?" });
        await Expect(pin).ToBeVisibleAsync();
        await ben.IsAtAsync(pin, 0.3, 0.25);

        // The pin leads to its thread, and the other way round.
        await pin.ClickAsync();
        await Expect(ben.Threads().First).ToBeFocusedAsync();
        await ben.Threads().First.ReplyAsync("A street lamp.");
        await Expect(ada.Threads().First.Locator(".replies .comment")).ToContainTextAsync("A street lamp.");
        await Expect(ada.Threads()).ToHaveCountAsync(1);
        await ada.Threads().First.Button("Show pin 1 on the image").ClickAsync();
        await Expect(ada.Pins().First).ToBeFocusedAsync();
        ada.HasNoFaults();
        ben.HasNoFaults();
    }

    [Fact]
    public async Task Changes_OfOne_AreSeenByTheOther()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ada = await pages.OpenAsync("ada");
        await using var ben = await pages.OpenAsync("ben");
        await ben.CommentAsync("Very drak");
        await Expect(ada.Comment("Very drak")).ToBeVisibleAsync();

        await ben.Comment("Very drak").Button("Edit").ClickAsync();
        await ben.Page.GetByLabel("Edit the comment").FillAsync("Very dark");
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(ada.Comment("Very dark")).ToContainTextAsync("edited");
        // Nobody changes what somebody else has said.
        await Expect(ada.Comment("Very dark").Button("Edit")).ToHaveCountAsync(0);

        await ada.Comment("Very dark").Button("0 likes").ClickAsync();
        await Expect(ben.Comment("Very dark").Button("1 like")).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(ada.Comment("Very dark").Button("1 like")).ToHaveAttributeAsync("aria-pressed", "true");
        await ada.Page.Locator("[data-like]").ClickAsync();
        await Expect(ben.Page.Locator("[data-like]")).ToHaveTextAsync("1 like");

        await ada.Comment("Very dark").Button("Resolve").ClickAsync();
        await Expect(ben.Page.GetByText("Resolved (1)")).ToBeVisibleAsync();
        await Expect(ben.Threads()).ToHaveCountAsync(0);
        await ben.Page.GetByText("Resolved (1)").ClickAsync();
        await ben.Page.Locator("[data-resolved] .thread").Button("Reopen").ClickAsync();
        await Expect(ada.Threads()).ToHaveCountAsync(1);

        // The owner of the image may delete anything, and has a moment to think better of it.
        await ada.Comment("Very dark").Button("Delete").ClickAsync();
        await Expect(ada.Threads()).ToHaveCountAsync(0);
        await ada.Page.Locator(".toast").Button("Undo").ClickAsync();
        await Expect(ada.Threads()).ToHaveCountAsync(1);
        await ada.Comment("Very dark").Button("Delete").ClickAsync();
        // Who leaves has not.
        await ada.GoAsync("/");
        await Expect(ben.Threads()).ToHaveCountAsync(0);
        Assert.Empty(await pages.CommentsAsync());
        ada.HasNoFaults();
        ben.HasNoFaults();
    }

    [Fact]
    public async Task DeletedFirstComment_WithReplies_StaysAsAnEmptyPlace()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ada = await pages.OpenAsync("ada");
        await ada.PinAsync(0.5, 0.5, "First");
        await ada.Threads().First.ReplyAsync("Second");
        await Expect(ada.Comment("Second").Button("Edit")).ToBeVisibleAsync();
        await ada.Comment("First").Button("Delete").ClickAsync();
        await Expect(ada.Threads().First).ToContainTextAsync("This comment was deleted");
        await Expect(ada.Page.GetByRole(AriaRole.Button, new() { Name = "Pin 1: this comment was deleted" })).ToBeVisibleAsync();
        await ada.IsSoundAsync();
        ada.HasNoFaults();
    }

    [Theory]
    [InlineData(401, "sign-in-needed", "you are signed out")]
    [InlineData(404, "not-found", "not there any more")]
    [InlineData(409, "comments-full", "as many comments as it can take")]
    [InlineData(422, "invalid-field", "can’t be taken as it is")]
    [InlineData(429, "too-many-requests", "Try again in 12 s.")]
    [InlineData(503, "unavailable", "can’t be saved just now")]
    public async Task RefusedComment_IsMarkedAndKept_AndCanBeSentAgain(int status, string code, string says)
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        await ben.Page.RouteAsync("**/comments", route => route.Request.Method == "POST"
            ? route.FulfillAsync(new() { Status = status, ContentType = "application/problem+json", Headers = new Dictionary<string, string> { ["Retry-After"] = "12" }, Body = $$"""{"code":"{{code}}"}""" })
            : route.ContinueAsync());
        await ben.CommentAsync("Keep this");
        await Expect(ben.Comment("Keep this")).ToContainTextAsync(says);
        await ben.IsSoundAsync();
        await pages.GoAsync(ben);
        await Expect(ben.Comment("Keep this")).ToContainTextAsync(says);

        await ben.Page.UnrouteAllAsync();
        await ben.Comment("Keep this").Button("Send again").ClickAsync();
        await Expect(ben.Comment("Keep this").Button("Delete")).ToBeVisibleAsync();
        Assert.Single(await pages.CommentsAsync());
    }

    [Fact]
    public async Task RefusedComment_CanBeDiscarded()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        await ben.Page.RouteAsync("**/comments", route => route.Request.Method == "POST" ? route.FulfillAsync(new() { Status = 503 }) : route.ContinueAsync());
        await ben.CommentAsync("Forget this");
        await ben.Comment("Forget this").Button("Discard").ClickAsync();
        await Expect(ben.Comment("Forget this")).ToHaveCountAsync(0);
        await pages.GoAsync(ben);
        await Expect(ben.Page.GetByText("Nothing has been said yet")).ToBeVisibleAsync();
        await Expect(ben.Comment("Forget this")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Comment_WhoseAnswerWasLost_IsThereOnce()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        await ben.Page.RouteAsync("**/comments", async route =>
        {
            if (route.Request.Method == "POST") await route.FetchAsync();
            if (route.Request.Method == "POST") await route.AbortAsync(); else await route.ContinueAsync();
        });
        await ben.CommentAsync("Only once");
        await Expect(ben.Page.Locator(".draft")).ToContainTextAsync("there is no connection");
        await ben.Page.UnrouteAllAsync();
        await ben.Page.Locator(".draft").Button("Send again").ClickAsync();
        await Expect(ben.Page.Locator(".draft")).ToHaveCountAsync(0);
        await Expect(ben.Threads()).ToHaveCountAsync(1);
        Assert.Single(await pages.CommentsAsync());
    }

    [Fact]
    public async Task Pin_ByTheKeyboardAlone()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        var keys = ben.Page.Keyboard;
        await keys.PressAsync("p");
        await Expect(ben.Page.Locator(".crosshair")).ToBeFocusedAsync();
        await ben.IsSoundAsync();
        await keys.PressAsync("Shift+ArrowLeft");
        await keys.PressAsync("Shift+ArrowLeft");
        await keys.PressAsync("ArrowUp");
        await Expect(ben.Page.Locator("[data-announce]")).ToHaveTextAsync("30% from the left, 49% from the top");
        await keys.PressAsync("Escape");
        await Expect(ben.Page.Locator(".crosshair")).ToBeHiddenAsync();
        await Expect(ben.Page.Locator("[data-pin-tool]")).ToBeFocusedAsync();

        await keys.PressAsync("p");
        await keys.PressAsync("Shift+ArrowRight");
        await keys.PressAsync("Enter");
        await keys.TypeAsync("By keys");
        await keys.PressAsync("Control+Enter");
        await Expect(ben.Pins()).ToHaveCountAsync(1);
        await ben.IsAtAsync(ben.Pins().First, 0.6, 0.5);
        ben.HasNoFaults();
    }

    [Fact]
    public async Task Pins_FollowTheImage()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        await ben.PinAsync(0.2, 0.7, "Here");
        await Expect(ben.Pins()).ToHaveCountAsync(1);
        await ben.IsAtAsync(ben.Pins().First, 0.2, 0.7);
        await ben.Page.Mouse.MoveAsync(600, 400);
        await ben.Page.Mouse.WheelAsync(0, -500);
        await ben.IsAtAsync(ben.Pins().First, 0.2, 0.7);
        await ben.Page.Mouse.DownAsync();
        await ben.Page.Mouse.MoveAsync(700, 380, new() { Steps = 4 });
        await ben.Page.Mouse.UpAsync();
        await ben.IsAtAsync(ben.Pins().First, 0.2, 0.7);
        await ben.Page.SetViewportSizeAsync(1000, 700);
        await ben.IsAtAsync(ben.Pins().First, 0.2, 0.7);
        // The list brings it back into sight.
        await ben.Threads().First.Button("Show pin 1 on the image").ClickAsync();
        await Expect(ben.Pins().First).ToBeInViewportAsync();
        ben.HasNoFaults();
    }

    [Fact]
    public async Task Pin_ByAFinger_TappedAfterTheTool_OrByALongPress()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var phone = await pages.OpenAsync("ben", new Look(360));
        await phone.Page.Locator("[data-pin-tool]").TapAsync();
        var (x, y) = await phone.SpotAsync(0.25, 0.5);
        await phone.Page.Touchscreen.TapAsync(x, y);
        await phone.IsSoundAsync();
        await phone.Page.Keyboard.TypeAsync("By a tap");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Add pin" }).TapAsync();
        await phone.IsAtAsync(phone.Pins().First, 0.25, 0.5);

        var input = await phone.Context.NewCDPSessionAsync(phone.Page);
        (x, y) = await phone.SpotAsync(0.7, 0.4);
        await input.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object> { ["type"] = "touchStart", ["touchPoints"] = new[] { new Dictionary<string, object> { ["x"] = x, ["y"] = y } } });
        await Expect(phone.Page.Locator(".pin-composer textarea")).ToBeVisibleAsync();
        await input.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object> { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
        await phone.Page.Locator(".pin-composer textarea").FillAsync("By a long press");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Add pin" }).TapAsync();
        await Expect(phone.Pins()).ToHaveCountAsync(2);
        await phone.IsAtAsync(phone.Pins().Nth(1), 0.7, 0.4);
        phone.HasNoFaults();
    }

    [Fact]
    public async Task WithoutScript_CommentsAreReadAndWritten()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ada = await pages.OpenAsync("ada", new Look(Script: false));
        await pages.AddAsync(ada, new { text = Markup, x = 0.5, y = 0.5 });
        await pages.GoAsync(ada, waits: false);
        await Expect(ada.Comment("onerror")).ToContainTextAsync(Markup);
        await Expect(ada.Comment("onerror").GetByRole(AriaRole.Link)).ToHaveTextAsync(["https://example.org/a?b=1", "http://example.org/(x)"]);
        await Expect(ada.Comment("onerror").Locator(".pin-number")).ToHaveTextAsync("1");
        await ada.Page.GetByLabel("Write a comment").FillAsync("From a form");
        await ada.Page.Locator("[data-composer]").Button("Comment").ClickAsync();
        await Expect(ada.Page.Locator(".toast")).ToHaveTextAsync("Your comment is there.");
        await Expect(ada.Comment("From a form")).ToBeVisibleAsync();
        ada.HasNoFaults();

        await using var visitor = await pages.OpenAsync(null, new Look(Script: false));
        await Expect(visitor.Comment("From a form")).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByLabel("Write a comment")).ToHaveCountAsync(0);
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in to comment" })).ToBeVisibleAsync();
        // Both parts of the panel can be had.
        await visitor.Page.GetByRole(AriaRole.Radio, new() { Name = "Details" }).CheckAsync();
        await Expect(visitor.Page.Locator("dl.facts")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Markup_IsText_AndAddressesAreLinks()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        await ben.CommentAsync(Markup);
        await Expect(ben.Comment("onerror").Locator(".comment-text")).ToHaveTextAsync(Markup);
        await Expect(ben.Comment("onerror").Locator("img")).ToHaveCountAsync(0);
        var links = ben.Comment("onerror").GetByRole(AriaRole.Link);
        await Expect(links).ToHaveTextAsync(["https://example.org/a?b=1", "http://example.org/(x)"]);
        await Expect(links.First).ToHaveAttributeAsync("rel", "nofollow noopener ugc");
        await ben.CommentAsync("javascript:alert(1) and data:text/html,x");
        await Expect(ben.Comment("javascript:").GetByRole(AriaRole.Link)).ToHaveCountAsync(0);
        ben.HasNoFaults();
    }

    [Fact]
    public async Task Mention_IsOfferedAndKept()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ada = await pages.OpenAsync("ada");
        await using var ben = await pages.OpenAsync("ben");
        var field = ben.Page.GetByLabel("Write a comment");
        await field.PressSequentiallyAsync("See here, @");
        await Expect(ben.Page.GetByRole(AriaRole.Listbox)).ToBeVisibleAsync();
        await ben.IsSoundAsync();
        await field.PressSequentiallyAsync("ad");
        await Expect(ben.Page.GetByRole(AriaRole.Option)).ToHaveTextAsync(["Aada"]);
        await field.PressAsync("Enter");
        await Expect(field).ToHaveValueAsync("See here, @ada ");
        await field.PressAsync("Control+Enter");
        await Expect(ada.Comment("See here").Locator(".mention.me")).ToHaveTextAsync("@ada");
        var comment = Assert.Single(await pages.CommentsAsync());
        Assert.Equal("ada", Assert.Single(comment.GetProperty("mentions").EnumerateArray().ToList()).GetProperty("name").GetString());
        // An address is no mention.
        await field.PressSequentiallyAsync("ben@ad");
        await Expect(ben.Page.GetByRole(AriaRole.Listbox)).ToBeHiddenAsync();
        ben.HasNoFaults();
    }

    [Theory]
    [MemberData(nameof(Look.All), MemberType = typeof(Look))]
    public async Task Discussion_IsSound(int width, bool dark)
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben", new Look(width, dark));
        var first = (await pages.AddAsync(ben, new { text = "A spot, and a text that is long enough to be wrapped; https://example.org/a/very/long/address/that/has/no/place/to/break/anywhere/at/all/but/must", x = 0.9, y = 0.1 })).GetProperty("id").GetString();
        await pages.AddAsync(ben, new { text = "A reply", threadId = first });
        await pages.AddAsync(ben, new { text = "Without a spot\nand with two lines" });
        await pages.AddAsync(ben, new { text = "Resolved", x = 0.1, y = 0.8 });
        await Expect(ben.Threads()).ToHaveCountAsync(3);
        await ben.Comment("Resolved").Button("Resolve").ClickAsync();
        await ben.Page.GetByText("Resolved (1)").ClickAsync();
        await ben.Threads().First.Button("Reply").ClickAsync();
        await ben.Threads().First.GetByLabel("Write a reply").FillAsync(new string('x', 1_900));
        await ben.Comment("Without a spot").Button("Edit").ClickAsync();
        await ben.IsSoundAsync();
        await ben.Page.GetByRole(AriaRole.Radio, new() { Name = "Details" }).CheckAsync();
        await ben.IsSoundAsync();
        ben.HasNoFaults();

        await using var visitor = await pages.OpenAsync(null, new Look(width, dark));
        await Expect(visitor.Threads()).ToHaveCountAsync(2);
        await visitor.IsSoundAsync();
        visitor.HasNoFaults();
    }

    [Fact]
    public async Task ManyComments_AreAllReached()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ben = await pages.OpenAsync("ben");
        var first = (await pages.AddAsync(ben, new { text = "Thread 0" })).GetProperty("id").GetString();
        for (var i = 1; i <= 30; i++) await pages.AddAsync(ben, new { text = $"Reply {i}.", threadId = first });
        for (var i = 1; i <= 75; i++) await pages.AddAsync(ben, new { text = $"Thread {i}." });
        await Expect(ben.Page.Locator(".panel-tabs [data-comment-count]")).ToHaveTextAsync("106");
        await pages.GoAsync(ben);
        await Expect(ben.Threads()).ToHaveCountAsync(50);
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Show 26 more" }).ClickAsync();
        await Expect(ben.Threads()).ToHaveCountAsync(76);
        await ben.Page.GetByRole(AriaRole.Button, new() { Name = "Show 10 earlier replies" }).ClickAsync();
        await Expect(ben.Page.Locator(".replies .comment")).ToHaveCountAsync(30);
        ben.HasNoFaults();
    }

    [Fact]
    public async Task LostConnection_IsSaid_AndWhatWasMissedIsThereAfterwards()
    {
        var pages = await DiscussionPages.CreateAsync(installation);
        await using var ada = await installation.OpenAsync();
        var connections = new List<IWebSocketRoute>();
        var isCut = false;
        await ada.Page.RouteWebSocketAsync(new Regex("/live"), socket =>
        {
            connections.Add(socket);
            if (isCut) _ = socket.CloseAsync(); else socket.ConnectToServer();
        });
        await ada.SignInAsync("ada@example.org");
        await pages.GoAsync(ada);
        await using var ben = await pages.OpenAsync("ben");
        await Expect(ada.Page.GetByLabel("Who is looking at this image").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await ben.CommentAsync("Before");
        await Expect(ada.Comment("Before")).ToBeVisibleAsync();

        isCut = true;
        foreach (var socket in connections.ToArray()) await socket.CloseAsync();
        await Expect(ada.Page.Locator("[data-live-state]")).ToContainTextAsync("Connection lost");
        await ben.PinAsync(0.5, 0.5, "Meanwhile");
        await Expect(ben.Pins()).ToHaveCountAsync(1);
        await ben.Comment("Before").Button("Delete").ClickAsync();
        await ben.GoAsync("/");
        // What one writes goes out all the same.
        await ada.CommentAsync("From here");
        await Expect(ada.Comment("From here").Button("Delete")).ToBeVisibleAsync();
        await Expect(ada.Pins()).ToHaveCountAsync(0);

        isCut = false;
        await Expect(ada.Page.Locator("[data-live-state]")).ToBeHiddenAsync();
        await Expect(ada.Pins()).ToHaveCountAsync(1);
        await Expect(ada.Comment("Before")).ToHaveCountAsync(0);
        await Expect(ada.Threads()).ToHaveCountAsync(2);
    }
}
