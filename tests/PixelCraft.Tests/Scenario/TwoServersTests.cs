using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Two web servers and a worker, started at the same moment on empty databases: what one does holds on the other.</summary>
public sealed partial class TwoServersTests(TwoServersTests.Pair pair) : IClassFixture<TwoServersTests.Pair>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_OfOneServer_IsGoodOnTheOther_AndEndsOnBothAtOnce()
    {
        using var browser = await pair.BrowserAsync("ada");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(browser, pair.One));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(browser, pair.Two));

        using var out_ = await browser.DeleteAsync(new Uri(pair.Two, "/api/v1/session"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(browser, pair.Two));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(browser, pair.One));
    }

    [Fact]
    public async Task Suspension_OnOneServer_EndsSessionsAndTokensOnTheOtherAtOnce()
    {
        using var ada = await pair.BrowserAsync("ada");
        using var ben = await pair.BrowserAsync("ben");
        using var made = await ben.PostAsJsonAsync(new Uri(pair.One, "/api/v1/tokens"), new { name = "t" }, Cancellation);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("text").GetString();
        using var program = new HttpClient();
        program.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(program, pair.Two));
        var me = await ben.GetFromJsonAsync<JsonElement>(new Uri(pair.Two, "/api/v1/me"), Cancellation);

        using var suspended = await ada.PatchAsJsonAsync(new Uri(pair.One, $"/api/v1/members/{me.GetProperty("id").GetString()}"), new { suspended = true }, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, suspended.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(ben, pair.Two));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(program, pair.Two));
    }

    [Fact]
    public async Task Form_ShownByOneServer_IsTakenByTheOther()
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var page = await browser.GetStringAsync(new Uri(pair.One, "/sign-in"), Cancellation);
        using var answer = await browser.PostAsync(
            new Uri(pair.Two, "/sign-in"),
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["_handler"] = "sign-in",
                ["antiforgery"] = AntiforgeryField().Match(page).Groups[1].Value,
                ["Input.Email"] = "ada@example.org",
                ["Input.Password"] = Installation.Password,
            }),
            Cancellation);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(browser, pair.One));
    }

    [Fact]
    public async Task SignedLink_OfOneServer_IsGoodOnTheOther()
    {
        using var ada = await ApiClient.SignedInAsync(pair.One, "ada@example.org", Installation.Password);
        var image = await ada.ProcessedAsync(await ada.UploadedAsync(pair.Photographs[0]));
        var link = image.GetProperty("variants")[0].GetProperty("url").GetString()!;
        using var visitor = new HttpClient();
        using var shown = await visitor.GetAsync(new Uri(pair.Two, link), Cancellation);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        using var unsigned = await visitor.GetAsync(new Uri(pair.Two, link.Split('?')[0]), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unsigned.StatusCode);
    }

    private static async Task<HttpStatusCode> MeAsync(HttpClient client, Uri server)
    {
        using var answer = await client.GetAsync(new Uri(server, "/api/v1/me"), Cancellation);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"antiforgery\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryField();

    /// <summary>The processes.</summary>
    public sealed class Pair(Servers servers) : Installation(servers)
    {
        private PixelCraftProcess _one = null!;
        private PixelCraftProcess _two = null!;

        public Uri One => new(_one.Url);

        public Uri Two => new(_two.Url);

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        /// <summary>A browser that keeps its cookies on both servers, as behind a load balancer: cookies know no ports.</summary>
        public async Task<HttpClient> BrowserAsync(string name)
        {
            var browser = new HttpClient();
            using var answer = await browser.PostAsJsonAsync(new Uri(One, "/api/v1/session"), new { email = $"{name}@example.org", password = Password }, Cancellation);
            answer.EnsureSuccessStatusCode();
            return browser;
        }

        private protected override async Task StartAsync()
        {
            var settings = await SplitInstallation.SettingsAsync(Servers);
            Dictionary<string, string> As(string role) => new(settings) { ["Role"] = role };
            var started = await Task.WhenAll(StartAsync(As("web")), StartAsync(As("web")), StartAsync(As("worker")));
            (_one, _two) = (started[0], started[1]);
            await AddMembersAsync(As("web"));
        }
    }
}
