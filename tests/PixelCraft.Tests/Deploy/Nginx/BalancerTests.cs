using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>Which server the load balancer asks: of the real program where it is killed or frozen, else of servers that do what the test needs.</summary>
public sealed class BalancerTests : IDisposable
{
    private const string List = "/api/v1/images";
    private const string Events = "/api/v1/events";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Server_ThatDiesInTheMiddle_GetIsAskedOfAnother_PostNever()
    {
        await using var dying = await StubServer.StartAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        await using var well = await StubServer.StartAsync(_ => Task.CompletedTask);
        await using var balancer = await StartAsync(dying.Url, well.Url);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var answers = new Dictionary<string, HttpStatusCode>();
            await Eventually.TrueAsync(async () =>
            {
                var path = $"/{answers.Count}";
                using var request = new HttpRequestMessage(method, new Uri(balancer.Url, path));
                if (method == HttpMethod.Post) request.Content = new StringContent("x");
                using var answer = await _http.SendAsync(request, Cancellation);
                answers[$"{method} {path}"] = answer.StatusCode;
                return answers.Keys.Intersect(dying.Asked).Count() >= 3;
            });
            foreach (var (request, status) in answers)
            {
                var died = dying.Asked.Count(asked => asked == request);
                Assert.InRange(died, 0, 1);
                // Of a GET that died the other server knows too; of a POST never both.
                Assert.Equal(method == HttpMethod.Get || died == 0 ? 1 : 0, well.Asked.Count(asked => asked == request));
                Assert.Equal(method == HttpMethod.Get || died == 0 ? HttpStatusCode.OK : HttpStatusCode.BadGateway, status);
            }
        }
    }

    [Fact]
    public async Task Server_ThatFails_IsExplainedAsTheServersWould_AndGetsItsShareOnceItIsWell()
    {
        var fails = true;
        await using var failing = await StubServer.StartAsync(http =>
        {
            if (Volatile.Read(ref fails)) http.Abort();
            return Task.CompletedTask;
        });
        await using var well = await StubServer.StartAsync(_ => Task.CompletedTask);
        await using var balancer = await StartAsync(failing.Url, well.Url);
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await PostAsync("*/*");
            if (answer.StatusCode is not HttpStatusCode.BadGateway) return false;
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            Assert.Equal(("unavailable", 502), (problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32()));
            return failing.Asked.Count >= 8;
        });
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await PostAsync("text/html,application/xhtml+xml");
            if (answer.StatusCode is not HttpStatusCode.BadGateway) return false;
            Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
            Assert.Equal(TimeSpan.FromSeconds(10), answer.Headers.RetryAfter?.Delta);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Contains("<h1>Not available right now</h1>", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            return true;
        });

        // It would never be asked again, were its failed requests still counted as open.
        Volatile.Write(ref fails, false);
        var before = failing.Asked.Count;
        for (var i = 0; i < 20; i++)
        {
            using var answer = await PostAsync("*/*");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.InRange(failing.Asked.Count - before, 6, 14);

        async Task<HttpResponseMessage> PostAsync(string accept)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, balancer.Url) { Content = new StringContent("x") };
            request.Headers.Add("Accept", accept);
            return await _http.SendAsync(request, Cancellation);
        }
    }

    [Fact]
    public async Task Server_ThatIsSlow_GetsFewer()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await StubServer.StartAsync(_ => hold.Task);
        await using var quick = await StubServer.StartAsync(_ => Task.CompletedTask);
        await using var balancer = await StartAsync(slow.Url, quick.Url);
        var all = new List<Task<HttpResponseMessage>>();
        for (var i = 1; i <= 40; i++)
        {
            all.Add(_http.GetAsync(balancer.Url, Cancellation));
            await Eventually.TrueAsync(() => all.Count(one => one.IsCompleted) + slow.Asked.Count == i);
        }
        // nginx has two workers, and each counts for itself.
        Assert.InRange(slow.Asked.Count, 1, 2);
        hold.SetResult();
        foreach (var one in all)
        {
            using var answer = await one;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Servers_ThatAreAllIll_AreAskedAllTheSame()
    {
        await using var one = await StubServer.StartAsync(_ => Task.CompletedTask);
        await using var other = await StubServer.StartAsync(_ => Task.CompletedTask);
        await using var balancer = await StartAsync(one.Url, other.Url);
        one.IsWell = false;
        var before = 0;
        await Eventually.TrueAsync(async () =>
        {
            before = one.Asked.Count;
            // They would take turns.
            for (var i = 0; i < 10; i++) await GetAsync();
            return one.Asked.Count == before;
        });
        other.IsWell = false;
        await Eventually.TrueAsync(async () =>
        {
            await GetAsync();
            return one.Asked.Count > before;
        });

        async Task GetAsync()
        {
            using var answer = await _http.GetAsync(balancer.Url, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Server_ThatIsKilled_FailsNoRequest()
    {
        await using var doomed = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Cancellation);
        await using var survivor = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Cancellation);
        await using var balancer = await StartAsync(new(doomed.Url), new(survivor.Url));
        var answered = 0;
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    using var answer = await _http.GetAsync(new Uri(balancer.Url, List), Cancellation);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    Interlocked.Increment(ref answered);
                }
            }, Cancellation)).ToList();
        await Eventually.TrueAsync(async () => load.Any(one => one.IsFaulted) || await CountAsync(doomed, List) > 50);
        doomed.Kill();
        await ReachesAsync(Volatile.Read(ref answered) + 200);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        // From now on, and not only where a request can be repeated; each is there once.
        var before = await CountAsync(survivor, Events);
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(balancer.Url));
        await Eventually.TrueAsync(async () => await CountAsync(survivor, Events) - before == 20);

        Task ReachesAsync(int count) => Eventually.TrueAsync(() => load.Any(one => one.IsFaulted) || Volatile.Read(ref answered) >= count);
    }

    [Fact]
    public async Task Server_ThatIsFrozen_GetsNothingAfterASecond_UntilItGoesOn()
    {
        await using var frozen = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Cancellation);
        await using var survivor = await PixelCraftProcess.StartAsync(new Dictionary<string, string>(), Cancellation);
        await using var balancer = await StartAsync(new(frozen.Url), new(survivor.Url));
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(balancer.Url));
        await Eventually.TrueAsync(async () => await CountAsync(frozen, Events) > 0 && await CountAsync(frozen, Events) + await CountAsync(survivor, Events) == 20);
        var before = await CountAsync(survivor, Events);

        frozen.Pause();
        var since = TimeProvider.System.GetTimestamp();
        var early = new List<Task<HttpStatusCode>>();
        await Eventually.TrueAsync(() =>
        {
            if (early.Count < 10) early.Add(PostAsync(balancer.Url));
            return TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1);
        });
        // Each of these is answered while the server is frozen. So many at once that not only the few that wait for it turn them away from it.
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => PostAsync(balancer.Url))).WaitAsync(TimeSpan.FromSeconds(10), Cancellation))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer);
        var waiting = early.Count(one => !one.IsCompleted);
        await Eventually.TrueAsync(async () => await CountAsync(survivor, Events) - before == 300 + early.Count - waiting);

        frozen.Resume();
        foreach (var one in early) Assert.Equal(HttpStatusCode.UnprocessableEntity, await one);
        // And it gets its share again.
        var all = await CountAsync(frozen, Events);
        await Eventually.TrueAsync(async () =>
        {
            await PostAsync(balancer.Url);
            return await CountAsync(frozen, Events) >= all + 5;
        });
    }

    private static Task<LoadBalancer> StartAsync(params Uri[] web) => Servers.SkipIfMissingAsync(() => LoadBalancer.StartAsync(web, ct: Cancellation));

    /// <summary>What must not be sent twice; the program refuses it.</summary>
    private async Task<HttpStatusCode> PostAsync(Uri server)
    {
        using var content = new StringContent("""{"events":[]}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(server, Events), content, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>How many requests to a path a process has answered, by its own count.</summary>
    private async Task<int> CountAsync(PixelCraftProcess process, string path)
    {
        var metrics = await _http.GetStringAsync(new Uri(new Uri(process.Url), "/metrics"), Cancellation);
        return metrics.Split('\n').Where(line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal) && Regex.IsMatch(line, $"http_route=\"{path}/?\""))
            .Sum(line => int.Parse(line.Split("} ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }
}
