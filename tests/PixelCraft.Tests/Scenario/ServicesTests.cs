using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>The whole scenario where each module has a process of its own, behind a load balancer that goes by paths.</summary>
public sealed class ServicesThreadTests(ServicesInstallation installation) : ThreadScenario(installation), IClassFixture<ServicesInstallation>;

/// <summary>What goes on while the process of one module is dead.</summary>
public sealed class ServicesTests(ServicesInstallation installation) : IClassFixture<ServicesInstallation>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_WhileAccountsIsDead_GoOnForWhoIsSignedIn()
    {
        using var ada = await installation.SignInAsync("ada");
        using var made = await ada.SendAsync(HttpMethod.Post, "/api/v1/tokens", request => request.Content = JsonContent.Create(new { name = "t", canWrite = true }));
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("text").GetString();
        // Who has never been on the server of the images is known there too.
        using var ben = await installation.SignInAsync("ben");
        installation.Role("accounts").Kill();
        try
        {
            foreach (var (member, name) in new[] { (ada, "ada"), (ben, "ben") })
            {
                var id = await member.UploadedAnewAsync(installation.Photographs[0], "public");
                var image = await member.ProcessedAsync(id);
                Assert.Equal("ready", image.GetProperty("status").GetString());
                Assert.Equal(name, image.GetProperty("ownerName").GetString());
                using var edited = await member.PatchAsync(id, new { title = "while accounts is dead" }, "*");
                Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
                using var original = await member.GetAsync($"/p/{id}/original");
                Assert.Equal(HttpStatusCode.OK, original.StatusCode);
                using var page = await member.GetAsync("/mine");
                Assert.Contains(id, await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            }
            using var byToken = await installation.Visitor().GetAsync("/api/v1/images?owner=me", request => request.Headers.Authorization = new("Bearer", token));
            Assert.Equal(HttpStatusCode.OK, byToken.StatusCode);
            using var gone = await ada.GetAsync("/api/v1/me");
            Assert.Equal(HttpStatusCode.BadGateway, gone.StatusCode);
        }
        finally
        {
            await installation.RestartAsync("accounts");
        }
        Assert.Equal("ada", (await ada.JsonAsync("/api/v1/me")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Accounts_WhileImagesIsDead_GoOn()
    {
        using var ada = await installation.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(installation.Photographs[1]);
        await ada.ProcessedAsync(id);
        installation.Role("images").Kill();
        try
        {
            using var again = await installation.SignInAsync("ada");
            Assert.Equal("ada", (await again.JsonAsync("/api/v1/me")).GetProperty("name").GetString());
            using var account = await again.GetAsync("/account");
            Assert.Equal(HttpStatusCode.OK, account.StatusCode);
            // All of a member's data, those of the other module too.
            using var export = await again.GetAsync("/api/v1/me/export");
            using var zip = new System.IO.Compression.ZipArchive(await export.Content.ReadAsStreamAsync(Cancellation));
            Assert.Contains(zip.Entries, entry => entry.FullName.Contains(id, StringComparison.Ordinal));
            using var gone = await ada.GetAsync($"/api/v1/images/{id}");
            Assert.Equal(HttpStatusCode.BadGateway, gone.StatusCode);
        }
        finally
        {
            await installation.RestartAsync("images");
        }
    }

    [Fact]
    public async Task Suspension_ByAccounts_IsKnownToImagesAtOnce()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var before = await ben.GetAsync("/api/v1/images?owner=me");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        var id = (await ben.JsonAsync("/api/v1/me")).GetProperty("id").GetString();
        foreach (var (suspended, expected) in new[] { (true, HttpStatusCode.Unauthorized), (false, HttpStatusCode.OK) })
        {
            using var change = await ada.SendAsync(HttpMethod.Patch, $"/api/v1/members/{id}", request => request.Content = JsonContent.Create(new { suspended }));
            Assert.Equal(HttpStatusCode.NoContent, change.StatusCode);
            // Suspending ended the session, so that lifting it needs a new one.
            using var client = suspended ? null : await installation.SignInAsync("ben");
            await Eventually.TrueAsync(async () =>
            {
                using var answer = await (client ?? ben).GetAsync("/api/v1/images?owner=me");
                return answer.StatusCode == expected;
            });
        }
    }

    [Theory]
    [InlineData("accounts", "")] // the role's own
    [InlineData("images", "00:00:04")]
    [InlineData("analytics", "00:00:04")]
    [InlineData("realtime", "")]
    [InlineData("worker", "00:00:04")]
    public async Task Stop_TurnsUnready_ServesOnForTheDelay_AndEndsInGoodOrder(string role, string delay)
    {
        await using var process = await installation.StartAnotherAsync(role, new() { ["StopDelay"] = delay });
        using var client = new HttpClient { BaseAddress = new Uri(process.Url) };
        var stopping = process.StopAsync(Cancellation);
        await Eventually.GetAsync(() => StatusAsync("/health/ready"), status => status == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(4));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/live"));
        Assert.Equal(0, await stopping);

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await client.GetAsync(path, Cancellation);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Stop_WhileAnUploadComes_TakesItIn()
    {
        await using var process = await installation.StartAnotherAsync("images", []);
        using var ada = await installation.SignInAsync("ada");
        var bytes = await File.ReadAllBytesAsync(installation.Photographs[2], Cancellation);
        using var content = new HeldContent([.. bytes, .. Guid.NewGuid().ToByteArray()]);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(process.Url), "/api/v1/images?fileName=a.jpg")) { Content = content };
        using var client = new HttpClient();
        request.Headers.Add("Cookie", ada.Cookie);
        var upload = client.SendAsync(request, Cancellation);
        await content.IsHalf.WaitAsync(Cancellation);
        var stopping = process.StopAsync(Cancellation);
        // No longer listening: the stop has begun, and waits.
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                using var fresh = new HttpClient();
                using var answer = await fresh.GetAsync(new Uri(new Uri(process.Url), "/health/ready"), Cancellation);
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        });
        content.Finish();
        using var taken = await upload;
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        Assert.Equal(0, await stopping);
    }

    /// <summary>A body that stops in the middle until it is told to go on.</summary>
    private sealed class HeldContent(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsHalf => _half.Task;

        public void Finish() => _finish.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            _half.SetResult();
            await _finish.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }

    [Theory]
    [InlineData("accounts", "/api/v1/images")]
    [InlineData("images", "/api/v1/me")]
    [InlineData("realtime", "/api/v1/images")]
    [InlineData("realtime", "/sign-in")]
    public async Task Process_OfOneModule_HasNoApiOfAnother(string role, string path)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(new Uri(installation.Role(role).Url), path), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}

/// <summary>Processes <c>accounts</c>, <c>images</c>, <c>analytics</c>, <c>realtime</c> and <c>worker</c> behind a load balancer.</summary>
public sealed class ServicesInstallation(Servers servers) : Installation(servers), IAsyncDisposable
{
    private readonly Dictionary<string, PixelCraftProcess> _roles = [];
    private Dictionary<string, string> _settings = [];
    private LoadBalancer? _balancer;

    public override Uri Url => _balancer!.Url;

    internal PixelCraftProcess Role(string role) => _roles[role];

    /// <summary>Starts a process again that was killed, where it was.</summary>
    internal async Task RestartAsync(string role)
    {
        _roles[role] = await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = role, ["Listen"] = _roles[role].Url });
        // Until the balancer sees that it is well again.
        using var client = new HttpClient();
        var path = role == "accounts" ? "/sign-in" : "/";
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await client.GetAsync(new Uri(Url, path), Cancellation);
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    /// <summary>One more process of a role, which the test stops.</summary>
    internal Task<PixelCraftProcess> StartAnotherAsync(string role, Dictionary<string, string> more)
    {
        var settings = new Dictionary<string, string>(_settings) { ["Role"] = role };
        foreach (var (key, value) in more) settings[key] = value;
        return PixelCraftProcess.StartAsync(settings, Cancellation);
    }

    internal override async Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() =>
        // One process that does all that the test asks of it.
        (await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = "web" }), () => Task.FromResult(Url));

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (_balancer is not null) await _balancer.DisposeAsync();
        await DisposeAsync();
    }

    private protected override async Task StartAsync()
    {
        _settings = await SplitInstallation.SettingsAsync(Servers);
        _settings["Proxies"] = "127.0.0.1";
        foreach (var role in new[] { "accounts", "images", "analytics", "realtime", "worker" })
            _roles[role] = await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = role });
        _balancer = await Servers.SkipIfMissingAsync(() => LoadBalancer.StartAsync(
            new Dictionary<string, IReadOnlyList<Uri>>
            {
                ["accounts"] = [new(_roles["accounts"].Url)],
                ["images"] = [new(_roles["images"].Url)],
                ["analytics"] = [new(_roles["analytics"].Url)],
                ["realtime"] = [new(_roles["realtime"].Url)],
            },
            Cancellation));
        await AddMembersAsync(new Dictionary<string, string>(_settings) { ["Role"] = "web" });
    }
}
