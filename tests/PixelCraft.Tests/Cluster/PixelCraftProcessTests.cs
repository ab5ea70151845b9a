using System.Net;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class PixelCraftProcessTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WithoutSettings_IsReady()
    {
        await using var process = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Ct);

        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"{process.Url}/health/ready"), Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEmpty(process.Log);
        Assert.True(Directory.Exists(process.Data));
    }

    [Fact]
    public async Task Start_UnknownSetting_ThrowsWithTheProgramsWords()
    {
        var failure = await Assert.ThrowsAsync<ServerFailedException>(
            () => PixelCraftProcess.StartAsync(new Dictionary<string, string> { ["Nonsense:Setting"] = "1" }, Ct));

        Assert.Contains("Nonsense", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_RunningProgram_EndsInGoodOrder()
    {
        await using var process = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Ct);

        Assert.Equal(0, await process.StopAsync(Ct));
    }

    [Fact]
    public async Task Kill_RunningProgram_LeavesNoProcess()
    {
        await using var process = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Ct);

        process.Kill();

        Assert.False(ProcessTable.IsAlive(process.Id));
    }

    [Fact]
    public async Task RunCommand_UnknownCommand_GivesExitCodeAndError()
    {
        var result = await PixelCraftProcess.RunCommandAsync(new Dictionary<string, string>(), ["nonsense"], Ct);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("nonsense", result.Error, StringComparison.Ordinal);
    }
}
