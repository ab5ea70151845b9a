using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>A short storm: whatever breaks, nothing that was acknowledged is lost. <c>./cluster storm</c> has longer ones.</summary>
[Collection(FaultsCollection.Name)]
public sealed class StormTests(ClusterFixture fixture)
{
    /// <summary>The same things in the same order each time, so that a failure can be looked into; <c>STORM_SEED</c> names another.</summary>
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("STORM_SEED"), out var seed) ? seed : 2;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1.5);

    [Fact]
    public async Task Storm_OfAMinuteAndAHalf_LosesAndDoublesNothing()
    {
        var cluster = await fixture.StartForFaultsAsync();
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"seed {Seed}");

        var storm = await new Storm(cluster, Seed, line => output?.WriteLine(line)).RunAsync(Length, TestContext.Current.CancellationToken);

        output?.WriteLine($"reads that failed: {string.Join(", ", StormCount.Summary(storm.FailedReads))}; writes: {string.Join(", ", StormCount.Summary(storm.FailedWrites))}");
        Assert.InRange(storm.Faults, 2, int.MaxValue);
        Assert.NotEqual(0, storm.Count.Acknowledged);
        Assert.True(storm.IsWhole, $"STORM_SEED={Seed} shows it again: {storm.Describe()}");
        // What can't be done is told as such; a 500 is a fault of the program.
        var wrong = storm.FailedReads.Concat(storm.FailedWrites).Where(failure => failure.Status is 500 or (>= 400 and < 500 and not 409 and not 429));
        Assert.True(!wrong.Any(), $"STORM_SEED={Seed} shows it again: {string.Join('\n', wrong.Take(10))}");
    }
}
