using System.Globalization;
using System.Net;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Two Redis: one for the cache, which evicts and is full, and one that keeps sessions and jobs.</summary>
public sealed class FullCacheTests(FullCacheTests.OnTwo installation) : IClassFixture<FullCacheTests.OnTwo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flood_OfTheCachesRedis_EvictsRecords_AndNothingElseIsLostOrWrong()
    {
        using var ada = await installation.SignInAsync("ada");
        var images = new List<(string Id, string Variant)>();
        for (var i = 0; i < 4; i++)
        {
            var id = await ada.UploadedAnewAsync(installation.Photographs[i], "public");
            images.Add((id, (await ada.ProcessedAsync(id)).GetProperty("variants")[0].GetProperty("url").GetString()!));
        }
        using var visitor = installation.Visitor();
        foreach (var (_, variant) in images) await AnswersAsync(visitor, variant, HttpStatusCode.OK);
        Assert.Equal("1", await installation.Cache.AskAsync(["exists", installation.CacheKey(images[0].Id)], Cancellation));
        // A job that waits, as nobody does it.
        installation.Worker.Kill();
        var waiting = await ada.UploadedAnewAsync(installation.Photographs[4], "public");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var flood = FloodAsync(stop.Token);
        await Eventually.TrueAsync(async () => await EvictedAsync() > 5_000 && await installation.Cache.AskAsync(["exists", installation.CacheKey(images[0].Id)], Cancellation) == "0", "The record's eviction");
        // Full, and more comes all the time: what is served is right, and nothing fails.
        for (var round = 0; round < 20; round++)
        {
            foreach (var (_, variant) in images) await AnswersAsync(visitor, variant, HttpStatusCode.OK);
            await AnswersAsync(ada, "/api/v1/me", HttpStatusCode.OK);
            await AnswersAsync(ada, "/mine", HttpStatusCode.OK);
        }

        // What is hidden is hidden when it is answered, also where the server had it in memory.
        using (var hidden = await ada.PatchAsync(images[0].Id, new { visibility = "private" }, "*")) Assert.Equal(HttpStatusCode.OK, hidden.StatusCode);
        await AnswersAsync(visitor, images[0].Variant, HttpStatusCode.NotFound);
        using (var titled = await ada.PatchAsync(images[1].Id, new { title = "while it is full" }, "*")) Assert.Equal(HttpStatusCode.OK, titled.StatusCode);
        Assert.Equal("while it is full", (await ada.JsonAsync($"/api/v1/images/{images[1].Id}")).GetProperty("title").GetString());

        // A session that no other server has in its memory, and the job.
        var another = await installation.StartAnotherAsync("web");
        using (var there = new HttpClient())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(another, "/api/v1/me"));
            request.Headers.Add("Cookie", ada.Cookie);
            using var answer = await there.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Contains("evicted_keys:0\r", await installation.Main.AskAsync(["info", "stats"], Cancellation), StringComparison.Ordinal);
        await installation.StartAnotherAsync("worker");
        Assert.Equal("ready", (await ada.ProcessedAsync(waiting)).GetProperty("status").GetString());
        await stop.CancelAsync();
        await flood;
    }

    /// <summary>Writes into the cache's Redis until it is told to stop, a megabyte at a time.</summary>
    private async Task FloodAsync(CancellationToken stop)
    {
        const string Script = "for i = 1, 1000 do redis.call('set', KEYS[1] .. ARGV[1] .. ':' .. i, string.rep('x', 1000)) end";
        for (var round = 0; !stop.IsCancellationRequested; round++)
            await installation.Cache.AskAsync(["eval", Script, "1", "{flood}:", round.ToString(CultureInfo.InvariantCulture)], CancellationToken.None);
    }

    private async Task<long> EvictedAsync()
    {
        var line = (await installation.Cache.AskAsync(["info", "stats"], Cancellation)).Split('\n').Single(line => line.StartsWith("evicted_keys:", StringComparison.Ordinal));
        return long.Parse(line["evicted_keys:".Length..].Trim(), CultureInfo.InvariantCulture);
    }

    private static async Task AnswersAsync(ApiClient client, string path, HttpStatusCode status)
    {
        using var answer = await client.GetAsync(path);
        Assert.True(answer.StatusCode == status, $"{path}: {answer.StatusCode}");
    }

    /// <summary>A web server and a worker, with Redis as docs/operations.md says.</summary>
    public sealed class OnTwo(Servers servers) : Installation(servers), IAsyncDisposable
    {
        private Dictionary<string, string> _settings = [];

        internal RedisServer Main { get; private set; } = null!;

        internal RedisServer Cache { get; private set; } = null!;

        internal PixelCraftProcess Worker { get; private set; } = null!;

        internal string CacheKey(string image) => $"{_settings["Redis:Prefix"]}:cache:image:{image}";

        internal async Task<Uri> StartAnotherAsync(string role) => new((await StartAsync(As(role))).Url);

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            foreach (var redis in new[] { Main, Cache }.OfType<RedisServer>()) await redis.DisposeAsync();
        }

        private protected override async Task StartAsync()
        {
            Main = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
            Cache = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
            foreach (var (redis, policy, size) in new[] { (Main, "noeviction", "100mb"), (Cache, "allkeys-lru", "6mb") })
            {
                Assert.Equal("OK", await redis.AskAsync(["config", "set", "maxmemory", size], Cancellation));
                Assert.Equal("OK", await redis.AskAsync(["config", "set", "maxmemory-policy", policy], Cancellation));
            }

            _settings = new(await SplitInstallation.SettingsAsync(Servers, Main.ConnectionString)) { ["Redis:Cache"] = Cache.ConnectionString };
            await StartAsync(As("web"));
            Worker = await StartAsync(As("worker"));
            await AddMembersAsync(As("web"));
        }

        private Dictionary<string, string> As(string role) => new(_settings) { ["Role"] = role };
    }
}
