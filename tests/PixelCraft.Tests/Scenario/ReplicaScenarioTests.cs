using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Cluster;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Two web servers and a worker on a PostgreSQL primary with two replicas: where reads go, and what a member sees.</summary>
public sealed class ReplicaScenarioTests(ReplicaScenarioTests.OnGroup installation) : IClassFixture<ReplicaScenarioTests.OnGroup>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Program_SendingBackThePosition_SeesItsWritesOnAnotherServerWhileReplicasLag()
    {
        using var ada = await ApiClient.SignedInAsync(installation.One, "ada@example.org", Installation.Password);
        using var made = await ada.SendAsync(HttpMethod.Post, "/api/v1/tokens", request => request.Content = JsonContent.Create(new { name = "t", canWrite = true }));
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("text").GetString();
        // Without a cookie jar: a program that knows the header only.
        using var program = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        program.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        await installation.PauseReplayAsync();
        try
        {
            byte[] bytes = [.. await File.ReadAllBytesAsync(installation.Photographs[0], Cancellation), .. Guid.NewGuid().ToByteArray()];
            using var uploaded = await program.PostAsync(new Uri(installation.One, "/api/v1/images?fileName=a.jpg"), new ByteArrayContent(bytes), Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, uploaded.StatusCode);
            var position = Assert.Single(uploaded.Headers.GetValues(ReadPositions.HeaderName));
            Assert.Contains(uploaded.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith($"{ReadPositions.CookieName}={position}; ", StringComparison.Ordinal) && cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase));
            var id = Path.GetFileName(uploaded.Headers.Location!.OriginalString);
            var list = new Uri(installation.Two, "/api/v1/images?owner=me");

            var without = await program.GetStringAsync(list, Cancellation);
            Assert.DoesNotContain(id, without, StringComparison.Ordinal); // so it is a replica that answers
            using var request = new HttpRequestMessage(HttpMethod.Get, list);
            request.Headers.Add(ReadPositions.HeaderName, position);
            using var with = await program.SendAsync(request, Cancellation);
            Assert.Contains(id, await with.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            Assert.False(with.Headers.Contains(ReadPositions.HeaderName)); // it wrote nothing
            // One by its id is looked for on the primary before it is said not to be there.
            using var one = await program.GetAsync(new Uri(installation.Two, uploaded.Headers.Location), Cancellation);
            Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        }
        finally
        {
            await installation.ResumeReplayAsync();
        }
    }

    [Fact]
    public async Task Member_InABrowser_SeesEveryOwnChangeAtOnceOnEitherServer()
    {
        using var browser = new HttpClient();
        using var signedIn = await browser.PostAsJsonAsync(new Uri(installation.One, "/api/v1/session"), new { email = "ada@example.org", password = Installation.Password }, Cancellation);
        signedIn.EnsureSuccessStatusCode();
        using var ada = await ApiClient.SignedInAsync(installation.One, "ada@example.org", Installation.Password);
        var id = (await ada.ProcessedAsync(await ada.UploadedAnewAsync(installation.Photographs[1]))).GetProperty("id").GetString();
        var servers = new[] { installation.One, installation.Two };
        for (var i = 0; i < 60; i++)
        {
            using var edit = new HttpRequestMessage(HttpMethod.Patch, new Uri(servers[i % 2], $"/api/v1/images/{id}")) { Content = JsonContent.Create(new { title = $"title {i}" }) };
            edit.Headers.TryAddWithoutValidation("If-Match", "*");
            using var edited = await browser.SendAsync(edit, Cancellation);
            Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
            var shown = await browser.GetFromJsonAsync<JsonElement>(new Uri(servers[(i + 1) % 2], $"/api/v1/images/{id}"), Cancellation);
            Assert.Equal($"title {i}", shown.GetProperty("title").GetString());
        }
    }

    [Fact]
    public async Task MixedLoad_ReadsAtLeastFourFifthsFromReplicas()
    {
        using var ada = await ApiClient.SignedInAsync(installation.One, "ada@example.org", Installation.Password);
        using var ben = await ApiClient.SignedInAsync(installation.Two, "ben@example.org", Installation.Password);
        using var visitor = new ApiClient(installation.Two);
        var images = new List<string>();
        foreach (var path in installation.Photographs.Take(6)) images.Add((await ada.ProcessedAsync(await ada.UploadedAnewAsync(path, "public"))).GetProperty("id").GetString()!);
        await installation.FillAsync(100);
        var before = await StatisticsAsync();

        await Task.WhenAll(
            WorkAsync(ada, edits: true),
            WorkAsync(ben, edits: false),
            WorkAsync(visitor, edits: false));

        var (replicas, primary) = (0d, 0d);
        await Eventually.TrueAsync(async () =>
        {
            // The statistics come with up to a second's delay.
            var after = await StatisticsAsync();
            primary = after[0] - before[0];
            replicas = after.Skip(1).Sum() - before.Skip(1).Sum();
            return replicas > 1000;
        });
        Assert.True(replicas / (replicas + primary) >= 0.8, $"{replicas} rows were read on the replicas, {primary} on the primary.");

        // Nine reads and one edit of each ten.
        async Task WorkAsync(ApiClient client, bool edits)
        {
            for (var i = 0; i < 300; i++)
            {
                var id = images[i % images.Count];
                if (edits && i % 3 == 0)
                {
                    using var edited = await client.PatchAsync(id, new { title = $"{i}", tags = new[] { $"tag{i % 5}" } }, "*");
                    Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
                }
                await client.JsonAsync((i % 4) switch
                {
                    0 => "/api/v1/images?limit=50",
                    1 => $"/api/v1/images/{id}",
                    2 => $"/api/v1/images?tag=tag{i % 5}",
                    _ => edits ? "/api/v1/images?owner=me" : "/api/v1/images?limit=2",
                });
            }
        }
    }

    /// <summary>Rows read in the catalogue's database: on the primary, then on each replica.</summary>
    private async Task<double[]> StatisticsAsync()
    {
        var rows = new List<double>();
        foreach (var server in new[] { installation.Group.Primary }.Concat(installation.Group.Replicas))
            rows.Add(double.Parse(await PostgresGroup.QueryAsync(server, $"select tup_returned + tup_fetched from pg_stat_database where datname = '{installation.Database}'", Cancellation), CultureInfo.InvariantCulture));
        return [.. rows];
    }

    /// <summary>The processes, on a group of their own: its replay is paused.</summary>
    public sealed class OnGroup(Servers servers) : Installation(servers)
    {
        private PixelCraftProcess _one = null!;
        private PixelCraftProcess _two = null!;
        private string _catalogue = "";

        public PostgresGroup Group { get; private set; } = null!;

        public string Database { get; private set; } = "";

        public Uri One => new(_one.Url);

        public Uri Two => new(_two.Url);

        /// <summary>Adds public images, so that lists are as long as they are.</summary>
        public async Task FillAsync(int count)
        {
            await using var services = new ServiceCollection().AddCatalogue(_catalogue, "").BuildServiceProvider();
            var ids = new IdGenerator(TimeProvider.System);
            for (var i = 0; i < count; i++)
                await services.GetRequiredService<ICatalogue>().AddAsync(
                    CatalogueContract.NewImage(ids) with { Visibility = Visibility.Public, Status = ImageStatus.Ready, Tags = [$"tag{i % 5}"] }, Cancellation);
        }

        public async Task PauseReplayAsync()
        {
            foreach (var replica in Group.Replicas) await PostgresGroup.PauseReplayAsync(replica, Cancellation);
        }

        public async Task ResumeReplayAsync()
        {
            foreach (var replica in Group.Replicas) await PostgresGroup.ResumeReplayAsync(replica, Cancellation);
        }

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        private protected override async Task StartAsync()
        {
            Group = await Servers.SkipIfMissingAsync(() => PostgresGroup.StartAsync(CancellationToken.None));
            var settings = await SplitInstallation.SettingsAsync(Servers);
            settings["Postgres:Accounts"] = await Group.CreateDatabaseAsync(Cancellation);
            settings["Postgres:Catalogue"] = _catalogue = await Group.CreateDatabaseAsync(Cancellation);
            Database = new NpgsqlConnectionStringBuilder(_catalogue).Database!;
            _one = await StartAsync(new Dictionary<string, string>(settings) { ["Role"] = "web" });
            _two = await StartAsync(new Dictionary<string, string>(settings) { ["Role"] = "web" });
            await StartAsync(new Dictionary<string, string>(settings) { ["Role"] = "worker" });
            await AddMembersAsync(new Dictionary<string, string>(settings) { ["Role"] = "web" });
        }
    }
}
