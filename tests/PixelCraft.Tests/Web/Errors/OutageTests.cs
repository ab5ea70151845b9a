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
}
