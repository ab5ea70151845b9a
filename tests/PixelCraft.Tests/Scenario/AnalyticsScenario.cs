using System.Net;
using System.Net.Http.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Events by HTTP, counted once, and shown to the image's owner alone. The same facts for every topology.</summary>
public abstract class AnalyticsScenario(Installation installation)
{
    [Fact]
    public async Task Events_SentTwice_AreCountedOnce_AndShownToTheOwner()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var image = await ada.UploadedAnewAsync(installation.Photographs[0], "public");
        var events = Enumerable.Range(0, 10).Select(i => new { id = Guid.NewGuid(), kind = i < 7 ? "viewed" : "downloaded", image, at = DateTimeOffset.UtcNow }).ToList();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await SendAsync(visitor, events);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
        await CountAsync(ada, image, viewed: 7, downloaded: 3);

        using var ben = await installation.SignInAsync("ben");
        foreach (var (client, expected) in new[] { (ben, HttpStatusCode.NotFound), (visitor, HttpStatusCode.Unauthorized) })
        {
            using var refused = await client.GetAsync($"/api/v1/images/{image}/insights");
            Assert.Equal(expected, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Events_ThatCannotBeRight_AreRefusedAsAWhole()
    {
        using var visitor = installation.Visitor();
        using var ada = await installation.SignInAsync("ada");
        var image = await ada.UploadedAnewAsync(installation.Photographs[0]);
        object Good() => new { id = Guid.NewGuid(), kind = "viewed", image, at = DateTimeOffset.UtcNow };
        foreach (var events in new IReadOnlyList<object?>[]
        {
            [],
            [.. Enumerable.Range(0, 201).Select(_ => Good())],
            [Good(), new { id = Guid.NewGuid(), kind = "viewed", image }],
            [Good(), null],
            [Good(), new { id = Guid.NewGuid(), kind = "viewed", image, at = DateTimeOffset.UtcNow.AddDays(-8) }],
            [Good(), new { id = Guid.NewGuid(), kind = "viewed", image, at = DateTimeOffset.UtcNow.AddHours(2) }],
        })
        {
            using var answer = await SendAsync(visitor, events);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }
        foreach (var one in new object[] { new { id = "x", kind = "viewed", image, at = DateTimeOffset.UtcNow }, new { id = Guid.NewGuid(), kind = "licked", image, at = DateTimeOffset.UtcNow } })
        {
            using var answer = await SendAsync(visitor, [one]);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
        using var last = await SendAsync(visitor, [Good()]);
        Assert.Equal(HttpStatusCode.Accepted, last.StatusCode);
        await CountAsync(ada, image, viewed: 1, downloaded: 0);
    }

    internal static Task<HttpResponseMessage> SendAsync(ApiClient client, IEnumerable<object?> events) =>
        client.SendAsync(HttpMethod.Post, "/api/v1/events", request => request.Content = JsonContent.Create(new { events }));

    internal static async Task CountAsync(ApiClient owner, string image, int viewed, int downloaded)
    {
        var insights = await Eventually.GetAsync(
            () => owner.JsonAsync($"/api/v1/images/{image}/insights"),
            answer => answer.GetProperty("total").GetProperty("viewed").GetInt64() >= viewed && answer.GetProperty("total").GetProperty("downloaded").GetInt64() >= downloaded,
            TimeSpan.FromSeconds(30));
        Assert.Equal((viewed, downloaded), (insights.GetProperty("total").GetProperty("viewed").GetInt32(), insights.GetProperty("total").GetProperty("downloaded").GetInt32()));
        Assert.InRange(insights.GetProperty("days").GetArrayLength(), 1, 2);
    }
}

public sealed class EmbeddedAnalyticsTests(EmbeddedInstallation installation) : AnalyticsScenario(installation), IClassFixture<EmbeddedInstallation>;

public sealed class SplitAnalyticsTests(SplitInstallation installation) : AnalyticsScenario(installation), IClassFixture<SplitInstallation>;

public sealed class ServicesAnalyticsTests(ServicesInstallation installation) : AnalyticsScenario(installation), IClassFixture<ServicesInstallation>;

/// <summary>Events while Redis is away, with a Redis that the test may kill.</summary>
public sealed class AnalyticsOutageTests(Servers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_WhileRedisIsAway_AreTaken_AndCountedWhenItIsBack()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
        var settings = await SplitInstallation.SettingsAsync(servers);
        settings["Redis:Connection"] = redis.ConnectionString;
        await using var web = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(settings) { ["Role"] = "web" }, Cancellation);
        await using var worker = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(settings) { ["Role"] = "worker" }, Cancellation);
        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string>(settings) { ["Role"] = "web" }, ["member", "add", "--email", "ada@example.org", "--name", "ada", "--password", Installation.Password], Cancellation);
        Assert.True(added.ExitCode == 0, added.Error);
        var photograph = (await servers.PhotographsAsync())[0];
        string image;
        using (var ada = await ApiClient.SignedInAsync(new Uri(web.Url), "ada@example.org", Installation.Password)) image = await ada.UploadedAsync(photograph);

        redis.Kill();
        using var visitor = new ApiClient(new Uri(web.Url));
        var events = Enumerable.Range(0, 20).Select(_ => new { id = Guid.NewGuid(), kind = "viewed", image, at = DateTimeOffset.UtcNow }).ToList();
        foreach (var half in new[] { events[..10], events[10..] })
        {
            using var answer = await AnalyticsScenario.SendAsync(visitor, half);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
        await redis.RestartAsync(Cancellation);
        using var again = await Eventually.GetAsync(
            async () =>
            {
                try
                {
                    return await ApiClient.SignedInAsync(new Uri(web.Url), "ada@example.org", Installation.Password);
                }
                catch (Xunit.Sdk.XunitException)
                {
                    return null; // Redis is not found again yet
                }
            },
            client => client is not null,
            TimeSpan.FromSeconds(30));
        await AnalyticsScenario.CountAsync(again!, image, viewed: 20, downloaded: 0);
    }
}
