using System.Text.Json;
using System.Xml.Linq;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Commands;

/// <summary><c>pixelcraft plan</c> of the built program.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-plan-").FullName;

    [Fact]
    public async Task Plan_OfAMillion_IsATableWithItsArithmetic()
    {
        var result = await RunAsync("--users", "1000000");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("1,000,000 users: 31 servers, $2,116 a month", result.Output, StringComparison.Ordinal);
        Assert.Matches("Web servers +10 +60% +67% +10,000 connections ÷ 1,000 at 60% use = 10", result.Output);
        Assert.Contains("25,000 uploads a day pass 1,000,000 records in 40 days", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfARange_IsTheWalk()
    {
        var result = await RunAsync("--users", "100..100000000");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("From 100 to 100,000,000 users", result.Output, StringComparison.Ordinal);
        Assert.Contains("100,000,000  3 regions", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_InEveryFormat_CanBeRead()
    {
        var json = await RunAsync("--users", "1000000", "--format", "json", "--set", "uploads_per_user_per_day=2");
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(2, document.RootElement.GetProperty("changed").GetProperty("uploads_per_user_per_day").GetDouble());
        Assert.Equal(400, document.RootElement.GetProperty("pools").EnumerateArray().Single(pool => pool.GetProperty("name").GetString() == "worker").GetProperty("servers").GetDouble());
        Assert.Equal("svg", XDocument.Parse((await RunAsync("--users", "1000000", "--format", "svg")).Output).Root!.Name.LocalName);
        Assert.Contains("flowchart TD", (await RunAsync("--format", "mermaid")).Output, StringComparison.Ordinal);
        Assert.Contains("| Web servers | $200 | 10 × $20 |", (await RunAsync("--format", "markdown")).Output, StringComparison.Ordinal);
        Assert.Contains("  web.connections_per_server = 1000  (planned)", (await RunAsync("--list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_TwoFiles_ShowsWhatDiffers()
    {
        var (a, b) = (Path.Combine(_folder, "a.json"), Path.Combine(_folder, "b.json"));
        await File.WriteAllTextAsync(a, (await RunAsync("--users", "1000000", "--format", "json")).Output, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(b, "{ \"users\": 1000000, \"web.connections_per_server\": 2000 }", TestContext.Current.CancellationToken);
        var result = await RunAsync("--compare", a, b);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("$2,116 and $2,016 a month: −$100.", result.Output, StringComparison.Ordinal);
        Assert.Matches("web.connections_per_server +1,000 +2,000", result.Output);
        Assert.Matches("Web servers +10 +5 +−5", result.Output);
        // Users that are said count for both.
        Assert.Matches("Web servers +20 +10 +−10", (await RunAsync("--users", "2000000", "--compare", a, b)).Output);
    }

    [Theory]
    [InlineData("--users|0", "users: 0 is too small")]
    [InlineData("--users|-1", "users: -1 is too small")]
    [InlineData("--users|1e40", "is too large")]
    [InlineData("--users|lots", "'lots' is not a number")]
    [InlineData("--users|1000..10", "the first number is the larger one")]
    [InlineData("--users|100..1000|--format|svg", "A diagram is of one size")]
    [InlineData("--set|uploads_per_user=2", "Did you mean uploads_per_user_per_day?")]
    [InlineData("--set|uploads_per_user_per_day=-1", "too small")]
    [InlineData("--set|uploads_per_user_per_day", "write it as name=value")]
    [InlineData("--compare|/nowhere/a.json|/nowhere/b.json", "/nowhere")]
    [InlineData("--users|1..2|--compare|/nowhere/a.json|/nowhere/b.json", "not of a walk")]
    public async Task Plan_OfWhatCanNotBe_SaysWhatIsWrong(string arguments, string text)
    {
        var result = await RunAsync(arguments.Split('|'));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Output + result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<CommandResult> RunAsync(params string[] arguments) =>
        PixelCraftProcess.RunCommandAsync(new Dictionary<string, string>(), ["plan", .. arguments], TestContext.Current.CancellationToken);
}
