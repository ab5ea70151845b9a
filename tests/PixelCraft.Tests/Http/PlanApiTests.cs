using System.Net;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;
using static PixelCraft.Tests.Http.EmbeddedServer;

namespace PixelCraft.Tests.Http;

/// <summary>Plans by HTTP: for administrators, or for everybody where it is so configured.</summary>
public sealed class PlanApiTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Theory]
    [InlineData("/api/v1/plan")]
    [InlineData("/api/v1/plan/walk")]
    [InlineData("/api/v1/plan/inputs")]
    public async Task Plan_WhoIsNoAdministrator_GetsNone(string path)
    {
        using var visitor = server.Client();
        using var refused = await visitor.GetAsync(path, Cancel);
        Assert.Equal("sign-in-needed", await CodeAsync(refused));
        using var admin = await server.SignedInAsync();
        using var answer = await admin.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Plan_TakesInputsByName()
    {
        using var admin = await server.SignedInAsync();
        using var plan = JsonDocument.Parse(await admin.GetStringAsync("/api/v1/plan?users=1000000&web.connections_per_server=500", Cancel));
        Assert.Equal(20, plan.RootElement.GetProperty("pools").EnumerateArray().Single(pool => pool.GetProperty("name").GetString() == "web").GetProperty("servers").GetDouble());
        using var overloaded = JsonDocument.Parse(await admin.GetStringAsync("/api/v1/plan?users=100000000&built_for=1000000", Cancel));
        Assert.Equal(31, overloaded.RootElement.GetProperty("servers").GetDouble());
    }

    [Theory]
    [InlineData("svg", "image/svg+xml", "<svg")]
    [InlineData("mermaid", "text/plain", "flowchart")]
    [InlineData("markdown", "text/markdown", "# 1,000,000 users")]
    [InlineData("table", "text/plain", "1,000,000 users: 31 servers")]
    public async Task Plan_InAFormat_IsOfItsType(string format, string type, string text)
    {
        using var admin = await server.SignedInAsync();
        using var answer = await admin.GetAsync($"/api/v1/plan?format={format}&cut=redis", Cancel);
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users=0")]
    [InlineData("users=-1&nothing=1")]
    [InlineData("format=gif")]
    [InlineData("cut=everything")]
    [InlineData("built_for=0")]
    [InlineData("uploads_per_user_per_day=1e300")]
    [InlineData("from=0", "/walk")]
    [InlineData("from=1000&to=100", "/walk")]
    public async Task Plan_OfWhatCanNotBe_Is422(string query, string path = "")
    {
        using var admin = await server.SignedInAsync();
        using var answer = await admin.GetAsync($"/api/v1/plan{path}?{query}", Cancel);
        Assert.Equal("invalid-field", await CodeAsync(answer));
    }

    [Fact]
    public async Task Plan_WherePublic_IsForEverybody()
    {
        await using var open = await PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Capacity:Public"] = "true" }, Cancel);
        using var visitor = new HttpClient { BaseAddress = new Uri(open.Url) };
        Assert.Contains("\"servers\"", await visitor.GetStringAsync("/api/v1/plan", Cancel), StringComparison.Ordinal);
        var page = await visitor.GetStringAsync("/scale-lab?users=1000", Cancel);
        Assert.Contains("1,000 users: 3 servers", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/scale-lab\">Scale Lab</a>", page, StringComparison.Ordinal);
        // Of this very process: its one connection is known.
        Assert.Contains("This server has 1 connections now", page, StringComparison.Ordinal);
    }
}
