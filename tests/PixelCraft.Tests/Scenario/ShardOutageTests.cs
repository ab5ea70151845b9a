using System.Net;
using System.Net.Http.Json;
using PixelCraft.Cluster;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>A catalogue over two PostgreSQL servers, of which one is away: the members of the other go on.</summary>
public sealed class ShardOutageTests(ShardOutageTests.OnOwn installation) : IClassFixture<ShardOutageTests.OnOwn>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)] // which keeps the table of shards: the last one known holds
    [InlineData(1)]
    public async Task Kill_OneOfTwo_TheOthersMembersGoOn_AndListsOfEverybodySayThatTheyAreAway(int killed)
    {
        using var there = await installation.MemberOnAsync(1 - killed);
        using var away = await installation.MemberOnAsync(killed);
        var (kept, lost) = (await there.UploadedAnewAsync(installation.Photographs[0], "public"), await away.UploadedAnewAsync(installation.Photographs[1], "public"));
        await there.ProcessedAsync(kept);
        await away.ProcessedAsync(lost);
        using var visitor = installation.Visitor();
        // Both are in the list of everybody's, so both servers are asked for it; this begins while it runs.
        var feed = await FeedAsync(visitor, 2);
        Assert.Equal(new[] { kept, lost }.OrderDescending(StringComparer.Ordinal), feed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var answers = ListAsync(visitor, stop.Token);

        installation.Group(killed).Kill();
        try
        {
            await Eventually.TrueAsync(async () =>
            {
                using var answer = await visitor.GetAsync("/api/v1/images?limit=2");
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            });
            // The members of the other: their list, records, bytes, uploads, edits, comments.
            Assert.Equal(kept, (await there.JsonAsync("/api/v1/images?owner=me&limit=1")).GetProperty("items")[0].GetProperty("id").GetString());
            foreach (var path in new[] { $"/api/v1/images/{kept}", $"/images/{kept}", "/mine", $"/p/{kept}/original" }) await AnswersAsync(there, HttpMethod.Get, path, HttpStatusCode.OK);
            var another = await there.UploadedAnewAsync(installation.Photographs[2]);
            Assert.Equal("ready", (await there.ProcessedAsync(another)).GetProperty("status").GetString());
            using var edited = await there.PatchAsync(kept, new { title = "while the other is away" }, "*");
            Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
            await AnswersAsync(there, HttpMethod.Post, $"/api/v1/images/{kept}/comments", HttpStatusCode.Created, new { text = "hello" });

            // Banner and status are of all databases together.
            await Eventually.TrueAsync(async () => !(await there.JsonAsync("/api/v1/status")).GetProperty("writes").GetProperty("images").GetBoolean());

            // Its own can't be served and say when to come again.
            foreach (var path in new[] { "/api/v1/images?owner=me", $"/images/{lost}", "/mine" }) await AnswersAsync(away, HttpMethod.Get, path, HttpStatusCode.ServiceUnavailable);
            using (var refused = await away.UploadAsync(new MemoryStream(TestImage.New()), "a.png")) IsAway(refused);
            // The feed of everybody's images is not shown by half.
            foreach (var path in new[] { "/", "/api/v1/images" }) await AnswersAsync(visitor, HttpMethod.Get, path, HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            await installation.Group(killed).RestartAsync(CancellationToken.None);
        }

        await Eventually.TrueAsync(async () =>
        {
            using var answer = await visitor.GetAsync("/api/v1/images?limit=2");
            return answer.StatusCode == HttpStatusCode.OK;
        });
        await AnswersAsync(away, HttpMethod.Get, $"/api/v1/images/{lost}", HttpStatusCode.OK);
        await stop.CancelAsync();
        Assert.All(await answers, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}"));
    }

    private static async Task<string[]> FeedAsync(ApiClient client, int limit) =>
        [.. (await client.JsonAsync($"/api/v1/images?limit={limit}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    /// <summary>Asks for the list of everybody's images over and over.</summary>
    private static async Task<List<HttpStatusCode>> ListAsync(ApiClient client, CancellationToken stop)
    {
        var answers = new List<HttpStatusCode>();
        while (!stop.IsCancellationRequested)
        {
            using var answer = await client.GetAsync("/api/v1/images?limit=50");
            answers.Add(answer.StatusCode);
        }
        return answers;
    }

    private static async Task AnswersAsync(ApiClient client, HttpMethod method, string path, HttpStatusCode status, object? body = null)
    {
        using var answer = await client.SendAsync(method, path, request => request.Content = body is null ? null : JsonContent.Create(body));
        Assert.True(answer.StatusCode == status, $"{method} {path}: {answer.StatusCode}");
        if (status == HttpStatusCode.ServiceUnavailable) IsAway(answer);
    }

    private static void IsAway(HttpResponseMessage answer) => Assert.True(answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: not null }, $"{answer}");

    /// <summary>A web server and a worker on two PostgreSQL servers of their own for the catalogue; accounts are on that of all tests.</summary>
    public sealed class OnOwn(Servers servers) : Installation(servers), IAsyncDisposable
    {
        private readonly List<PostgresServer> _groups = [];
        private Dictionary<string, string> _settings = [];

        internal PostgresServer Group(int number) => _groups[number];

        /// <summary>A new member, whose images are on that server.</summary>
        internal async Task<ApiClient> MemberOnAsync(int group)
        {
            while (true)
            {
                var email = $"{Guid.NewGuid():n}@example.org";
                using var http = new HttpClient { BaseAddress = Url };
                using var answer = await http.PostAsJsonAsync("/api/v1/members", new { email, name = "somebody", password = Password }, Cancellation);
                Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
                var client = await ApiClient.SignedInAsync(Url, email, Password);
                var id = Id.Parse((await client.JsonAsync("/api/v1/me")).GetProperty("id").GetString()!, null);
                if (id.Shard.Number / 2048 == group) return client;
                client.Dispose();
            }
        }

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            foreach (var group in _groups) await group.DisposeAsync();
        }

        private protected override async Task StartAsync()
        {
            for (var i = 0; i < 2; i++) _groups.Add(await Servers.SkipIfMissingAsync(() => PostgresServer.StartAsync(CancellationToken.None)));
            _settings = new(await SplitInstallation.SettingsAsync(Servers))
            {
                ["Postgres:Catalogue"] = await _groups[0].CreateDatabaseAsync(Cancellation),
                ["Postgres:Catalogue2"] = await _groups[1].CreateDatabaseAsync(Cancellation),
                ["Postgres:Shards"] = "0-2047 catalogue, 2048-4095 catalogue2",
                ["Accounts:Registration"] = "open",
                ["Limits:Register:Permits"] = "1000",
            };
            await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = "web" });
            await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = "worker" });
            // The first member needs a code.
            await AddMembersAsync(new Dictionary<string, string>(_settings) { ["Role"] = "web" });
        }
    }
}
