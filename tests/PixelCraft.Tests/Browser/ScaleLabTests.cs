using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PixelCraft.Capacity.Contracts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace PixelCraft.Tests.Browser;

/// <summary>The Scale Lab: with a mouse, by keyboard, on a phone, without script.</summary>
[Collection(BrowserTests.Name)]
public sealed class ScaleLabTests(BrowserInstallation installation)
{
    public static TheoryData<int, bool> Looks => new() { { 360, false }, { 360, true }, { 820, false }, { 820, true }, { 1440, false }, { 1440, true } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Lab_AtEveryWidth_IsSound(int width, bool dark)
    {
        await using var window = await OpenAsync(new Look(width, dark));
        foreach (var query in new[] { "", "?users=100", "?users=100000000&cut=catalogue", "?users=2000000&built_for=1000000", "?users=0&read_share=7" })
        {
            await window.GoAsync("/scale-lab" + query);
            await window.IsSoundAsync();
        }
        window.HasNoFaults();
    }

    [Fact]
    public async Task Slider_ByKeyboard_RedrawsTheDiagram_AndTheAddressFollows()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/scale-lab?users=1000000");
        await Expect(page.Locator("[data-part=web] .dg-count")).ToHaveTextAsync("×10");
        await page.GetByRole(AriaRole.Slider).FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("[data-part=web] .dg-count")).ToHaveTextAsync("×334");
        await Expect(page.GetByRole(AriaRole.Slider)).ToHaveAttributeAsync("aria-valuetext", "100,000,000 users");
        await Expect(page.GetByLabel("Users", new() { Exact = true })).ToHaveValueAsync("100000000");
        await Expect(page).ToHaveURLAsync(new Regex("users=100000000$"));
        await Expect(page.Locator("[data-lab-said]")).ToHaveTextAsync(new Regex("^100,000,000 users: 2,277 servers"));
        await page.Keyboard.PressAsync("Home");
        await Expect(page.Locator("[data-part=one_server]")).ToBeVisibleAsync();
        // A link shows what its sender saw.
        var url = page.Url;
        await page.GotoAsync(url);
        await Expect(page.Locator("[data-part=one_server]")).ToBeVisibleAsync();
        window.HasNoFaults();
    }

    [Fact]
    public async Task Input_Changed_ChangesThePlan_AndIsInTheAddress()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/scale-lab?users=1000000");
        await page.GetByText("What people do", new() { Exact = true }).ClickAsync();
        await page.Locator("[id='uploads_per_user_per_day']").FillAsync("2");
        await Expect(page.Locator("[data-part=worker] .dg-count")).ToHaveTextAsync("×400");
        await Expect(page).ToHaveURLAsync(new Regex("uploads_per_user_per_day=2$"));
        await page.Locator("[id='uploads_per_user_per_day']").FillAsync("-2");
        await Expect(page.Locator("#lab-result [role=alert]")).ToContainTextAsync("-2 is too small");
        await Expect(page.Locator("[id='uploads_per_user_per_day']")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.Locator("[id='uploads_per_user_per_day']").FillAsync("");
        await Expect(page.Locator("[data-part=worker] .dg-count")).ToHaveTextAsync("×5");
        window.HasNoFaults();
    }

    [Fact]
    public async Task ServersMadeForFewer_TurnRed_WithTheReason()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/scale-lab?users=1000000");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Servers", Exact = true }).SelectOptionAsync("1000000");
        await Expect(page.Locator(".dg-box.bad")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "10,000,000 users" }).ClickAsync();
        await Expect(page.Locator("[data-part=web] .dg-box.bad")).ToHaveCountAsync(1);
        await Expect(page.Locator("[data-part=web] .dg-count")).ToHaveTextAsync("×10");
        await Expect(page.Locator("[data-lab-broken]")).ToContainTextAsync("100,000 connections pass the 10,000 that 10 web servers carry");
    }

    [Fact]
    public async Task CutLink_ShowsWhatTheStatusPageDeclares()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/status");
        var declared = await page.Locator(".facts.kinds dd").AllInnerTextsAsync();
        await window.GoAsync("/scale-lab?users=1000000");
        await page.GetByLabel("Cut a link").SelectOptionAsync("catalogue");
        await Expect(page.Locator("[data-lab-cut=catalogue] dd")).ToHaveCountAsync(CutLink.All.Single(link => link.Id == "catalogue").Ports.Count);
        Assert.All(await page.Locator("[data-lab-cut=catalogue] dd").AllInnerTextsAsync(), text => Assert.Contains(text, declared));
        await Expect(page.Locator(".dg-link.cut")).ToHaveCountAsync(1);
        Assert.Contains("cut=catalogue", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curves_FollowAnInput_AndTheMarkTheUsers()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/scale-lab?users=1000000");
        var (cost, here) = (page.Locator(".lab-curves .line").First, page.Locator(".lab-curves .here").First);
        var (line, mark) = ((await cost.GetAttributeAsync("points"))!, (await here.GetAttributeAsync("d"))!);
        await page.GetByText("Web servers", new() { Exact = true }).Last.ClickAsync();
        await page.Locator("[id='web.price_usd_per_server_per_month']").FillAsync("400");
        await Expect(cost).Not.ToHaveAttributeAsync("points", line);
        await Expect(here).ToHaveAttributeAsync("d", mark);
        await page.GetByRole(AriaRole.Link, new() { Name = "1,000 users" }).ClickAsync();
        await Expect(here).Not.ToHaveAttributeAsync("d", mark);
        window.HasNoFaults();
    }

    [Fact]
    public async Task Address_WithWhatCanNotBe_SaysWhat()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/scale-lab?users=1000000&built_for=some&cut=moon");
        await Expect(page.Locator("#lab-result [role=alert]")).ToContainTextAsync("'some' is not a number");
        await Expect(page.Locator("#lab-result [role=alert]")).ToContainTextAsync("There is no link of this name");
        await page.GetByLabel("Users", new() { Exact = true }).FillAsync("many");
        await Expect(page.Locator("#lab-result [role=alert]")).ToContainTextAsync("'many' is not a number");
        await Expect(page.GetByRole(AriaRole.Slider)).ToHaveAttributeAsync("aria-valuetext", "1,000,000 users");
        window.HasNoFaults();
    }

    [Fact]
    public async Task Diagram_IsSavedAsSvgAndPng()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        await window.GoAsync("/scale-lab?users=1000000");
        var svg = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "SVG" }).ClickAsync());
        Assert.Equal("pixelcraft-1000000.svg", svg.SuggestedFilename);
        Assert.Contains("PixelCraft for 1,000,000 users", await File.ReadAllTextAsync(await svg.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var png = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "PNG" }).ClickAsync());
        Assert.Equal("pixelcraft-1000000.png", png.SuggestedFilename);
        var bytes = await File.ReadAllBytesAsync(await png.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        // 2,400 pixels wide, and with the colours of its own style: a drawing without them would be black boxes.
        Assert.Equal(2400, (bytes[16] << 24) | (bytes[17] << 16) | (bytes[18] << 8) | bytes[19]);
        var colours = await page.EvaluateAsync<int>(
            """
            async data => {
              const image = new Image(); image.src = data; await image.decode();
              const canvas = document.createElement("canvas"); canvas.width = 240; canvas.height = 150;
              const draw = canvas.getContext("2d"); draw.drawImage(image, 0, 0, 240, 150);
              const pixels = draw.getImageData(0, 0, 240, 150).data; let light = 0;
              for (let i = 0; i < pixels.length; i += 4) if (pixels[i] > 200 && pixels[i + 1] > 200) light++;
              return Math.round(light * 100 / (240 * 150));
            }
            """, "data:image/png;base64," + Convert.ToBase64String(bytes));
        Assert.InRange(colours, 60, 99);
        window.HasNoFaults();
    }

    [Fact]
    public async Task Lab_WithoutScript_IsAForm()
    {
        await using var window = await OpenAsync(new Look(Script: false));
        var page = window.Page;
        await window.GoAsync("/scale-lab");
        await page.GetByLabel("Users", new() { Exact = true }).FillAsync("100000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Calculate" }).First.ClickAsync();
        await Expect(page.Locator("[data-lab-headline]")).ToHaveTextAsync("100,000 users: 19 servers, $544 a month");
    }

    [Fact]
    public async Task Lab_ForAMember_IsNotThere()
    {
        await using var window = await installation.OpenAsync();
        await window.SignInAsync(await installation.NewMemberAsync());
        var answer = await window.Page.GotoAsync("/scale-lab");
        Assert.Equal(403, answer!.Status);
    }

    private async Task<Window> OpenAsync(Look? look = null)
    {
        var window = await installation.OpenAsync(look);
        await window.SignInAsync("ada@example.org");
        return window;
    }
}
