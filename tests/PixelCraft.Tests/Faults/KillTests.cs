using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>Parts of the cluster die under load.</summary>
[Collection(FaultsCollection.Name)]
public sealed class KillTests(ClusterFixture fixture)
{
    /// <summary>For uploads that arrive while something is down: the rate is two a second.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("web1")]
    [InlineData("worker1")]
    [InlineData("balancer1")]
    [InlineData("gateway1")]
    public async Task Kill_OneOfTwo_NoReadFailsAndNothingIsLost(string node)
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        cluster[node].Kill();
        await load.AcknowledgesAsync(10, Soon, Ct);

        await load.StopAsync();
        // Before it is healed: whoever is left does the work of the dead one, jobs that it held included.
        var before = await load.CountAsync(TimeSpan.FromSeconds(40), Ct);
        Assert.Empty(before.Unready);
        Assert.Empty(before.Lost);
        await ClusterFixture.HealAndCountAsync(cluster, load);
        Assert.Empty(load.FailedReads);
    }

    [Fact]
    public async Task Restart_AllWebProcessesInTurn_NoRequestFails()
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        foreach (var web in cluster.OfKind("web"))
        {
            Assert.True(await web.StopAsync());
            await load.AcknowledgesAsync(2, Soon, Ct);
            await cluster.StartAsync(web.Name, Ct);
            // Until the balancers see that it is well again.
            await load.AcknowledgesAsync(5, Soon, Ct);
        }

        await ClusterFixture.HealAndCountAsync(cluster, load);
        Assert.Empty(load.FailedReads);
        Assert.Empty(load.FailedWrites);
    }

    [Fact]
    public async Task Kill_PostgresLeader_WritesAre503UntilAnotherLeads_AndPublicReadsGoOn()
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        var leader = await cluster.LeaderAsync(Ct);
        leader.Kill();
        var killed = load.Now;
        await load.AcknowledgesAsync(10, TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load);
        var first = load.Acknowledged.Values.Select(upload => upload.At).Concat(load.Edits.Select(edit => edit.At)).Where(at => at > killed).Order().First();
        TestContext.Current.TestOutputHelper?.WriteLine($"{(first - killed).TotalSeconds:0.0} s without writes");
        Assert.InRange(first - killed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.NotEmpty(load.FailedWrites);
        Assert.All(load.FailedWrites.Where(failure => failure.Status is not null and not 409), failure => Assert.True(failure is { Status: 503, RetryAfter: true }, $"{failure}"));
        // What anybody may see and what is the member's own: lists, records, pages, variants, originals.
        Assert.Empty(load.FailedReads);
    }

    [Fact]
    public async Task Freeze_PostgresLeader_UntilAnotherLeads_NothingIsLostWhenItGoesOn()
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        var leader = await cluster.LeaderAsync(Ct);
        leader.Pause();
        await load.AcknowledgesAsync(10, TimeSpan.FromSeconds(60), Ct);
        Assert.NotEqual(leader, await cluster.LeaderAsync(Ct));
        // It believes that it leads still, and finds out that it doesn't.
        leader.Resume();
        await load.AcknowledgesAsync(10, TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load);
    }

    [Fact]
    public async Task Kill_RedisMaster_NoRequestFails()
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        var master = (await ClusterStatus.OfAsync(cluster, Ct)).First(status => status.Role == "master").Node;
        master.Kill();
        await load.AcknowledgesAsync(20, TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load);
        Assert.Empty(load.FailedReads);
        Assert.Empty(load.FailedWrites);
    }

    [Fact]
    public async Task Kill_AllOfRedisForAMinute_MembersStaySignedInAndUploadsAreTaken()
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);

        foreach (var node in cluster.OfKind("redis")) node.Kill();
        var killed = load.Now;
        while (load.Now - killed < TimeSpan.FromSeconds(60)) await load.AcknowledgesAsync(1, Soon, Ct);
        var meanwhile = load.Acknowledged.Values.Count(upload => upload.At > killed);

        // What was queued nowhere is found by the sweep, within a minute of Redis' return.
        await ClusterFixture.HealAndCountAsync(cluster, load, readyWithin: TimeSpan.FromSeconds(120));
        Assert.InRange(meanwhile, 20, int.MaxValue);
        Assert.Empty(load.FailedReads);
        Assert.Empty(load.FailedWrites);
    }

    [Fact]
    public async Task Kill_ObjectStore_UploadsAre503InBoundedTime_AndComeBack()
    {
        var cluster = await fixture.StartForFaultsAsync();
        await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
        await load.AcknowledgesAsync(4, Soon, Ct);
        var variants = await PublicVariantsAsync(load);
        foreach (var variant in variants) Assert.Equal(HttpStatusCode.OK, await StatusAsync(variant));

        foreach (var gateway in cluster.OfKind("gateway")) gateway.Kill();
        var killed = load.Now;
        await Eventually.GetAsync(() => Task.FromResult(load.FailedWrites.Count), failed => failed >= 4, TimeSpan.FromSeconds(30));
        var refused = load.FailedWrites.ToList();
        var memory = cluster.OfKind("web").Max(node => node.Memory);
        foreach (var variant in variants) Assert.Equal(HttpStatusCode.OK, await StatusAsync(variant));
        await cluster.HealAsync(Ct);
        await load.AcknowledgesAsync(6, TimeSpan.FromSeconds(60), Ct);

        await ClusterFixture.HealAndCountAsync(cluster, load);
        Assert.All(refused, failure => Assert.True(failure is { Status: 503, RetryAfter: true }, $"{failure}"));
        Assert.InRange(refused[0].At - killed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.InRange(memory, 1, 400L << 20);
        Assert.All(load.FailedReads, failure => Assert.True(failure is { Status: 503, RetryAfter: true }, $"{failure}"));
        // Records and pages need no bytes.
        Assert.DoesNotContain(load.FailedReads, failure => failure.Request.Contains("/api/", StringComparison.Ordinal) || failure.Request.Contains("/images/", StringComparison.Ordinal));

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var http = new HttpClient();
            using var answer = await http.GetAsync(new Uri($"http://{cluster["edge1"].Endpoint}{path}"), Ct);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Clock_OfOneServerAnHourWrong_NoRequestFails()
    {
        var library = Directory.GetDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime/libfaketime.so.1")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "libfaketime is not installed (Debian package libfaketime).");
        var cluster = await fixture.StartForFaultsAsync();
        await cluster["web2"].StopAsync();
        await cluster["web2"].StartAsync(
            new Dictionary<string, string?>
            {
                ["LD_PRELOAD"] = library,
                ["FAKETIME"] = "+1h",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                // Without it waits by the monotonic clock end at once, and timers spin.
                ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
            },
            Ct);
        try
        {
            await using var load = await Load.StartAsync(cluster.Urls, ct: Ct);
            await load.AcknowledgesAsync(20, TimeSpan.FromSeconds(60), Ct);

            await ClusterFixture.HealAndCountAsync(cluster, load);
            Assert.Empty(load.FailedReads);
            Assert.Empty(load.FailedWrites);
        }
        finally
        {
            await cluster["web2"].StopAsync();
            await cluster.StartAsync("web2", Ct);
        }
    }

    /// <summary>The paths of the variants of the image that the load reads and that anybody may see.</summary>
    private static async Task<IReadOnlyList<string>> PublicVariantsAsync(Load load)
    {
        using var answer = await load.SendAsync(HttpMethod.Get, "/api/v1/images?limit=1", ct: Ct);
        var image = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items")[0];
        string[] paths = [.. image.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("url").GetString()!)];
        Assert.NotEmpty(paths);
        return paths;
    }
}
