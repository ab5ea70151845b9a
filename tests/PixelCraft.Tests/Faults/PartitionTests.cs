using System.Diagnostics;
using System.Net;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>Links of the cluster are cut under load.</summary>
[Collection(FaultsCollection.Name)]
public sealed class PartitionTests(ClusterFixture fixture)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>Patroni's ttl, and the time in which a leader notices that it can't renew.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(14);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cut_WebFromRedisOnly_MembersStaySignedInAndUploadsAreTaken()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Cutting links needs root.");
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        await cluster.CutAsync(["web1"], Names(cluster, "redis"), ct: Ct);
        await load.AcknowledgesAsync(20, TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load, readyWithin: TimeSpan.FromSeconds(120));
        Assert.Empty(load.FailedReads);
        Assert.Empty(load.FailedWrites);
    }

    [Fact]
    public async Task Cut_WorkerFromTheObjectStoreOnly_JobsAreDoneByTheOther()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Cutting links needs root.");
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        await cluster.CutAsync(["worker1"], Names(cluster, "gateway"), ct: Ct);
        await load.AcknowledgesAsync(10, Soon, Ct);
        await load.StopAsync();
        var before = await load.CountAsync(TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load);
        Assert.Empty(before.Unready);
        Assert.Empty(load.FailedReads);
        Assert.Empty(load.FailedWrites);
    }

    [Fact]
    public async Task Slow_ObjectStore_UploadsAreAnsweredInBoundedTimeAndMemory_AndRecordsAreServed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Cutting links needs root.");
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, writers: 6, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        // Five seconds for each answer.
        await cluster.SlowAsync(Names(cluster, "web"), Names(cluster, "gateway"), TimeSpan.FromSeconds(2.5), Ct);
        var slowed = load.Now;
        await Eventually.GetAsync(() => Task.FromResult(load.Now - slowed), since => since > TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        var memory = cluster.OfKind("web").Max(node => node.Memory);
        await cluster.HealAsync(Ct);
        await load.AcknowledgesAsync(4, TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load);
        Assert.InRange(memory, 1, 400L << 20);
        Assert.Contains(load.FailedWrites.Select(failure => failure.At).Concat(load.Acknowledged.Values.Select(upload => upload.At)), at => at > slowed);
        // An answer, and not the end of the client's patience (40 s).
        Assert.All(load.FailedWrites.Concat(load.FailedReads), failure => Assert.True(failure is { Status: 503, RetryAfter: true }, $"{failure}"));
        Assert.DoesNotContain(load.FailedReads, failure => failure.Request.Contains("/api/", StringComparison.Ordinal) || failure.Request.Contains("/images/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cut_LeaderAndOneWebFromTheMajority_MinorityTakesNoWrite_AndNothingIsLostOrDoubled()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Cutting links needs root.");
        var cluster = await fixture.StartForFaultsAsync();
        // Clients on both sides, each with the balancer of its side alone.
        await using var minority = await Load.StartAsync([cluster.Urls[0]], ct: Ct);
        await using var majority = await Load.StartAsync([cluster.Urls[1]], ct: Ct);
        await minority.AcknowledgesAsync(4, Soon, Ct);
        await majority.AcknowledgesAsync(4, Soon, Ct);

        await CutMinorityAsync(cluster);
        var cut = minority.Now;
        await majority.AcknowledgesAsync(10, TimeSpan.FromSeconds(60), Ct);
        await Eventually.GetAsync(() => Task.FromResult(minority.Now - cut), since => since > Lease + TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(60));
        var late = minority.Acknowledged.Values.Select(upload => upload.At).Concat(minority.Edits.Select(edit => edit.At)).Where(at => at > cut).ToList();
        await cluster.HealAsync(Ct);
        await minority.AcknowledgesAsync(4, TimeSpan.FromSeconds(60), Ct);

        await majority.StopAsync();
        await ClusterFixture.HealAndCountAsync(cluster, minority, readyWithin: TimeSpan.FromSeconds(120));
        await ClusterFixture.HealAndCountAsync(cluster, majority, readyWithin: TimeSpan.FromSeconds(120));
        // Its standby was cut off too, so that it acknowledges nothing from the first moment.
        Assert.Empty(late);
        Assert.NotEmpty(minority.FailedWrites);
        Assert.All(
            minority.FailedWrites.Where(failure => failure.Status is not null and not 409),
            failure => Assert.True(failure is { Status: 503, RetryAfter: true }, $"{failure}"));
    }

    [Fact]
    public async Task Cut_LeaderAndOneWeb_WhatIsSentToBothSidesIsThereOnce_AndPagesOfTheMinorityKeepWhatWasTyped()
    {
        const string Typed = "Typed “before” <it> & went";
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Cutting links needs root.");
        var cluster = await fixture.StartForFaultsAsync();
        var wanderer = await Wanderer.StartAsync(cluster);
        var page = $"{wanderer.Page}?edit=1";
        // Whom a server has seen it knows for five minutes: all of them have seen this member.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => wanderer.GetAsync(i % cluster.Urls.Count, page)));
        var (_, before) = await wanderer.GetAsync(0, page);
        Assert.DoesNotContain("data-read-only", before, StringComparison.Ordinal);

        await CutMinorityAsync(cluster);
        var cut = Stopwatch.GetTimestamp();
        var writes = WriteToTheMinorityAsync();
        var (status, html) = await Eventually.GetAsync(
            () => wanderer.GetAsync(0, page), answer => answer.Html.Contains("data-read-only", StringComparison.Ordinal), TimeSpan.FromSeconds(40));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("read-only for the moment: its databases take no changes. You can go on looking at images.", html, StringComparison.Ordinal);
        // The forms as they were before the cut, and as they are now.
        foreach (var shown in new[] { before, html })
        {
            foreach (var field in new[] { "Input.Title", "text" })
            {
                var sent = await wanderer.SubmitAsync(0, page, shown, field, Typed);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (sent.Status, sent.RetryAfter));
                Assert.Contains(Typed, WebUtility.HtmlDecode(sent.Html), StringComparison.Ordinal);
                Assert.Contains("data-read-only", sent.Html, StringComparison.Ordinal);
            }
        }

        Assert.Empty(await writes);
        await wanderer.SendUntilAcknowledgedAsync(1);
        await cluster.HealAsync(Ct);
        // And once more: who got no answer on the majority's side would do that.
        await wanderer.SendUntilAcknowledgedAsync(0);
        await wanderer.CountAsync();
        await Eventually.GetAsync(
            () => wanderer.GetAsync(0, page), answer => !answer.Html.Contains("data-read-only", StringComparison.Ordinal), TimeSpan.FromSeconds(40));

        // Until some time after the lease has run out: what it acknowledged.
        async Task<IReadOnlyList<string>> WriteToTheMinorityAsync()
        {
            var acknowledged = new List<string>();
            while (Stopwatch.GetElapsedTime(cut) < Lease + TimeSpan.FromSeconds(6)) acknowledged.AddRange(await wanderer.SendAsync(0));
            return acknowledged;
        }
    }

    /// <summary>
    /// Cuts the PostgreSQL that leads, with one of each of web, worker and balancer, from the others. Both sides reach the store of the bytes and
    /// Redis, so that what keeps the minority from writing is the lost majority alone.
    /// </summary>
    private static async Task CutMinorityAsync(LocalCluster cluster)
    {
        string[] few = [(await cluster.LeaderAsync(Ct)).Name, "web1", "balancer1", "worker1"];
        string[] many = [.. cluster.Nodes.Where(node => node.Kind is "postgres" or "etcd" or "web" or "balancer" or "worker").Select(node => node.Name).Except(few)];
        await cluster.CutAsync(few, many, ct: Ct);
    }

    private static string[] Names(LocalCluster cluster, string kind) => [.. cluster.OfKind(kind).Select(node => node.Name)];
}
