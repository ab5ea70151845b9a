using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Two web servers and a worker on a Redis Cluster whose masters are killed, or all of whose nodes are.</summary>
public sealed class RedisFailoverTests(RedisFailoverTests.Pair pair) : IClassFixture<RedisFailoverTests.Pair>
{
    /// <summary>A failover, the copies in cache and memory that may be read after it, and some more.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(12);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ImageMadePrivate_IsGoneFromTheOtherServersMemory()
    {
        using var ada = await pair.BrowserAsync();
        var (id, url) = await pair.PublicImageAsync(0);
        using var visitor = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(visitor, new Uri(pair.Two, url)));

        await HideAsync(ada, pair.One, id);
        var answered = Stopwatch.StartNew();

        while (await StatusAsync(visitor, new Uri(pair.Two, url)) != HttpStatusCode.NotFound)
            Assert.True(answered.Elapsed < TimeSpan.FromSeconds(1), "It was still there a second after it was made private.");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(visitor, new Uri(pair.One, url)));
    }

    [Fact]
    public async Task ImageMadePrivate_WhileTheMasterOfItsRecordFailsOver_IsGoneAndStaysGone()
    {
        using var ada = await pair.BrowserAsync();
        var (id, url) = await pair.PublicImageAsync(1);
        using var visitor = new HttpClient();
        foreach (var server in pair.Both) Assert.Equal(HttpStatusCode.OK, await StatusAsync(visitor, new Uri(server, url)));
        // The server has validated the session once: it may be on the master that is killed.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada, new Uri(pair.One, "/api/v1/me")));
        // The replica has the public record.
        await pair.Redis.WaitForReplicationAsync(Cancellation);
        await pair.Redis.KillMasterOfAsync($"{pair.Prefix}:cache:image:{id}", Cancellation);

        await HideAsync(ada, pair.One, id);
        var answered = Stopwatch.StartNew();

        while (answered.Elapsed < Watch)
        {
            foreach (var server in pair.Both)
            {
                var since = answered.Elapsed;
                var status = await StatusAsync(visitor, new Uri(server, url));
                Assert.True(status == HttpStatusCode.NotFound || since < TimeSpan.FromSeconds(1), $"{status} {since.TotalSeconds:f1} s after it was made private.");
            }
        }

        await pair.Redis.WaitForFailoverAsync(Cancellation);
        await pair.Redis.RestartAsync(Cancellation);
    }

    [Fact]
    public async Task MastersKilled_OneAfterTheOther_MembersStaySignedIn_AndUploadsBecomeReady()
    {
        using var ada = await pair.BrowserAsync();
        foreach (var server in pair.Both) Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada, new Uri(server, "/api/v1/me")));
        await pair.Redis.WaitForReplicationAsync(Cancellation);
        var ids = new List<string>();
        var number = 2;

        foreach (var key in new[] { $"{{{pair.Prefix}:jobs}}", $"{pair.Prefix}:a", $"{pair.Prefix}:b" })
        {
            using var asking = new Asking(ada, pair.Both);
            await pair.Redis.KillMasterOfAsync(key, Cancellation);
            for (var i = 0; i < 2; i++) ids.Add(await pair.UploadAsync(ada, pair.Both[i], number++));
            await pair.Redis.WaitForFailoverAsync(Cancellation);
            ids.Add(await pair.UploadAsync(ada, pair.Two, number++));
            Assert.All(await asking.AnswersAsync(), answer => Assert.Equal(HttpStatusCode.OK, answer));
            await pair.Redis.RestartAsync(Cancellation);
            await pair.Redis.WaitForReplicationAsync(Cancellation);
        }

        foreach (var id in ids) await pair.ReadyAsync(ada, id);
    }

    [Fact]
    public async Task AllOfRedisAway_MembersStaySignedIn_LimitsAreKept_AndUploadsBecomeReadyAfterwards()
    {
        using var ada = await pair.BrowserAsync();
        foreach (var server in pair.Both) Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada, new Uri(server, "/api/v1/me")));
        using var asking = new Asking(ada, pair.Both);
        using var visiting = new Asking(new HttpClient(), pair.Both, "/");
        pair.Redis.Kill();

        var ids = new List<string>();
        for (var i = 0; i < 4; i++) ids.Add(await pair.UploadAsync(ada, pair.Both[i % 2], 20 + i));
        var left = new List<string>();
        foreach (var server in pair.Both)
        {
            using var answer = await ada.GetAsync(new Uri(server, "/api/v1/images"), Cancellation);
            left.Add(answer.Headers.GetValues("RateLimit").Single());
        }

        Assert.All(left, header => Assert.StartsWith("\"api\";r=", header, StringComparison.Ordinal));
        // For a while, and not only at that moment.
        await asking.UntilAsync(300);
        Assert.All(await asking.AnswersAsync(), answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.All(await visiting.AnswersAsync(), answer => Assert.Equal(HttpStatusCode.OK, answer));

        await pair.Redis.RestartAsync(Cancellation);
        foreach (var id in ids) await pair.ReadyAsync(ada, id);
        using var again = await pair.BrowserAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(again, new Uri(pair.Two, "/api/v1/me")));
    }

    private static async Task HideAsync(HttpClient member, Uri server, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(server, $"/api/v1/images/{id}")) { Content = JsonContent.Create(new { visibility = "private" }) };
        request.Headers.Add("If-Match", "*");
        using var answer = await member.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri url)
    {
        using var answer = await client.GetAsync(url, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>Asks both servers again and again, and keeps what they answer.</summary>
    private sealed class Asking : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentBag<HttpStatusCode> _answers = [];
        private readonly Task _asking;

        public Asking(HttpClient client, IReadOnlyList<Uri> servers, string path = "/api/v1/me") => _asking = Task.WhenAll(servers.Select(server => Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                _answers.Add(await StatusAsync(client, new Uri(server, path)));
                await Task.Delay(20, Cancellation);
            }
        })));

        public Task UntilAsync(int answers) => Eventually.GetAsync(() => Task.FromResult(_answers.Count), count => count >= answers, TimeSpan.FromSeconds(60));

        public async Task<IReadOnlyCollection<HttpStatusCode>> AnswersAsync()
        {
            await UntilAsync(21);
            await _stop.CancelAsync();
            await _asking;
            return _answers;
        }

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    /// <summary>The processes, on a cluster of their own.</summary>
    public sealed class Pair(Servers servers) : Installation(servers), IAsyncDisposable
    {
        private PixelCraftProcess _one = null!;
        private PixelCraftProcess _two = null!;

        public RedisCluster Redis { get; private set; } = null!;

        public string Prefix { get; private set; } = "";

        public Uri One => new(_one.Url);

        public Uri Two => new(_two.Url);

        public IReadOnlyList<Uri> Both => [One, Two];

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        /// <summary>A browser of ada's that keeps its cookies on both servers: cookies know no ports.</summary>
        public async Task<HttpClient> BrowserAsync()
        {
            var browser = new HttpClient();
            using var answer = await browser.PostAsJsonAsync(new Uri(One, "/api/v1/session"), new { email = "ada@example.org", password = Password }, Cancellation);
            answer.EnsureSuccessStatusCode();
            return browser;
        }

        /// <summary>Uploads a photograph, as an image of its own.</summary>
        public async Task<string> UploadAsync(HttpClient member, Uri server, int number, string visibility = "private")
        {
            byte[] bytes = [.. await File.ReadAllBytesAsync(Photographs[number % Photographs.Count], Cancellation), .. Guid.NewGuid().ToByteArray()];
            using var answer = await member.PostAsync(new Uri(server, $"/api/v1/images?visibility={visibility}&fileName={number}.jpg"), new ByteArrayContent(bytes), Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{answer.StatusCode}: {text}");
            return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
        }

        public Task<JsonElement> ReadyAsync(HttpClient member, string id) => Eventually.GetAsync(
            () => member.GetFromJsonAsync<JsonElement>(new Uri(One, $"/api/v1/images/{id}"), Cancellation),
            image => image.GetProperty("status").GetString() == "ready",
            TimeSpan.FromSeconds(100));

        /// <summary>A public image, and the path of one of its variants.</summary>
        public async Task<(string Id, string Url)> PublicImageAsync(int number)
        {
            using var ada = await BrowserAsync();
            var id = await UploadAsync(ada, One, number, "public");
            var image = await ReadyAsync(ada, id);
            return (id, image.GetProperty("variants")[0].GetProperty("url").GetString()!);
        }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            if (Redis is not null) await Redis.DisposeAsync();
        }

        private protected override async Task StartAsync()
        {
            Redis = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancellation));
            var settings = await SplitInstallation.SettingsAsync(Servers, Redis.ConnectionString);
            Prefix = settings["Redis:Prefix"];
            Dictionary<string, string> As(string role) => new(settings) { ["Role"] = role };
            var started = await Task.WhenAll(StartAsync(As("web")), StartAsync(As("web")), StartAsync(As("worker")));
            (_one, _two) = (started[0], started[1]);
            await AddMembersAsync(As("web"));
        }
    }
}
