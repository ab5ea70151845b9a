using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>Tests that break parts of one cluster, one after another and with nothing else beside them: they look at how long things take.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultsCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "faults";
}

/// <summary>The whole cluster, started when the first test asks for it. A test heals what it broke.</summary>
public sealed class ClusterFixture : IAsyncDisposable
{
    private Task<LocalCluster>? _cluster;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The cluster, with a network of its own where this machine lets us make one; healed of what a test left that failed.</summary>
    public async Task<LocalCluster> StartAsync()
    {
        var cluster = await Servers.SkipIfMissingAsync(() =>
            _cluster ??= LocalCluster.StartAsync(new ClusterOptions { Network = Environment.IsPrivilegedProcess }, CancellationToken.None));
        await cluster.HealAsync(Ct);
        return cluster;
    }

    /// <summary>The same, for a test that cuts links: skipped where there is no network of its own.</summary>
    public async Task<LocalCluster> StartWithNetworkAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Cutting links needs root.");
        return await StartAsync();
    }

    /// <summary>The same for a test that breaks it for a while: they take ten minutes together, and want the machine for themselves.</summary>
    public Task<LocalCluster> StartForFaultsAsync()
    {
        FaultTests.SkipUnlessAskedFor("Tests that break parts of a whole cluster under load");
        return StartAsync();
    }

    /// <summary>Heals the cluster, and holds the load's notes against what is there: nothing lost, nothing doubled, everything ready, one set of variants each.</summary>
    public static async Task<LoadCount> HealAndCountAsync(LocalCluster cluster, Load load, TimeSpan? readyWithin = null)
    {
        await load.StopAsync();
        await cluster.HealAsync(Ct);
        // Healthy again means that a write goes through.
        await Eventually.GetAsync(async () => await cluster.FindLeaderAsync(Ct), leader => leader is not null, TimeSpan.FromSeconds(40));
        var count = await load.CountAsync(readyWithin ?? TimeSpan.FromSeconds(60), Ct);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{load.ReadCount} reads, {load.FailedReads.Count} failed; {count.Acknowledged} uploads acknowledged, {load.Edits.Count} edits, {load.FailedWrites.Count} attempts not acknowledged");
        foreach (var failure in load.FailedReads.Concat(load.FailedWrites).Take(40)) TestContext.Current.TestOutputHelper?.WriteLine($"{failure}");
        Assert.Empty(count.Lost);
        Assert.Empty(count.Doubled);
        Assert.Empty(count.Unready);
        Assert.NotEqual(0, count.Acknowledged);
        var stored = await KeysAsync(cluster, "variants/");
        foreach (var id in load.Acknowledged.Keys)
            Assert.Equal([$"variants/{id}/200.webp", $"variants/{id}/400.webp"], stored.Where(key => key.StartsWith($"variants/{id}/", StringComparison.Ordinal)).Order());
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is { IsCompletedSuccessfully: true }) await (await _cluster).DisposeAsync();
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(LocalCluster cluster, string prefix)
    {
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(cluster.Settings["S3:AccessKey"], cluster.Settings["S3:SecretKey"]),
            new AmazonS3Config
            {
                ServiceURL = cluster.Settings["S3:Endpoint"],
                ForcePathStyle = true,
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
        var keys = new List<string>();
        var pages = s3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = cluster.Settings["S3:Bucket"], Prefix = prefix });
        await foreach (var item in pages.S3Objects.WithCancellation(Ct)) keys.Add(item.Key);
        return keys;
    }
}
