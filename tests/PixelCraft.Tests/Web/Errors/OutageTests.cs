using System.Net;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Web.Errors;

/// <summary>What a member sees while a part that the pages need is away.</summary>
public class OutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_WhileSessionsAreAway_Is503InTheSameDesign()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Redis:Connection"] = redis.ConnectionString }, Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromSeconds(30) };
        redis.Kill();

        // Visitors need no session.
        using var visitor = await http.GetAsync("/", Cancellation);
        Assert.Equal(HttpStatusCode.OK, visitor.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", $"pixelcraft={new string('a', 43)}");
        request.Headers.Add("Accept", "text/html");
        using var member = await http.SendAsync(request, Cancellation);
        var page = await member.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, member.StatusCode);
        Assert.NotNull(member.Headers.RetryAfter);
        Assert.Contains("Not available right now", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_ThatFailsBeforeItsPage_IsKeptByThePageOfTheError()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Redis:Connection"] = redis.ConnectionString }, Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromSeconds(30) };
        redis.Kill();

        // Nobody can tell whose session this is.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/images/abc?from=mine&visibility=private")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["Input.Title"] = "Typed \"<b>\"", ["Input.Password"] = "correct horse", ["antiforgery"] = "t" }),
        };
        request.Headers.Add("Cookie", $"pixelcraft={new string('a', 43)}");
        request.Headers.Add("Accept", "text/html");
        using var answer = await http.SendAsync(request, Cancellation);
        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("action=\"/images/abc?from=mine&amp;visibility=private\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"Input.Title\" value=\"Typed &quot;&lt;b&gt;&quot;\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"antiforgery\" value=\"t\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("correct horse", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WhileRedisIsAway_AnswersWhoeverAsks_WithoutAddresses()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
        await using var server = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Redis:Connection"] = redis.ConnectionString }, Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromSeconds(30) };
        var before = await http.GetStringAsync("/status", Cancellation);
        Assert.Contains("Everything works", before, StringComparison.Ordinal);
        redis.Kill();
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/api/v1/status", Cancellation)).Contains("\"ok\":false", StringComparison.Ordinal));

        foreach (var path in new[] { "/status", "/api/v1/status" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Cookie", $"pixelcraft={new string('a', 43)}");
            using var answer = await http.SendAsync(request, Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("Each server limits by itself.", text, StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
            Assert.DoesNotContain(server.Data, text, StringComparison.Ordinal);
        }
        Assert.Contains("Part of PixelCraft is away", await http.GetStringAsync("/status", Cancellation), StringComparison.Ordinal);
    }
}
