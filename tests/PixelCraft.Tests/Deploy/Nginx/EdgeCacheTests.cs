using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using PixelCraft.Cluster;
using PixelCraft.Delivery;
using PixelCraft.Tests.Delivery;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>What an edge keeps of a server's answers and for how long, whether it asks twice, and what it gives while the server is away. How it forgets is in <c>EdgeTests</c>.</summary>
public sealed partial class EdgeCacheTests(EdgeCacheTests.Edged installation) : IClassFixture<EdgeCacheTests.Edged>
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private const string Stale = "edge; hit; detail=stale";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("br", "br", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8")]
    [InlineData("gzip", "gzip", "gzip, deflate", "deflate, gzip;q=0.5")]
    [InlineData(null, "identity", "deflate")]
    public async Task StaticFile_IsKeptOnceForEachEncoding_AsTheBuildCompressedIt(string? encoding, params string[] accepted)
    {
        // Only the published program has them.
        Assert.SkipWhen(encoding == "br" && Environment.GetEnvironmentVariable(PixelCraftProcess.ProgramVariable) is null, $"The program is not a published one ({PixelCraftProcess.ProgramVariable}).");
        using var page = await installation.GetAsync("/");
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        foreach (var url in new[] { Script().Match(html).Groups[1].Value, StyleSheet().Match(html).Groups[1].Value })
        {
            Assert.Matches("[.][a-z0-9]{8,}[.]", url); // the fingerprint
            var before = installation.Count(url);
            byte[]? first = null;
            foreach (var accept in accepted)
            {
                using var answer = await installation.GetAsync(url, request => request.Headers.TryAddWithoutValidation("Accept-Encoding", accept));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
                Assert.Equal("Accept-Encoding", Assert.Single(answer.Headers.Vary));
                Assert.Contains("max-age=31536000", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
                Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
                Assert.Equal(first is null ? "edge; fwd=miss" : "edge; hit", Status(answer));
                var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
                Assert.Equal(first ??= bytes, bytes);
                // One of another time asks nobody for more than whether it changed.
                using var again = await installation.GetAsync(url, request =>
                {
                    request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
                    request.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
                });
                Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            }
            Assert.Equal(before + 1, installation.Count(url));
        }
    }

    [Fact]
    public async Task Page_AskedForByManyAtOnce_IsAskedForOnce()
    {
        const string Path = "/?tag=many";
        using var held = installation.Web.Hold(path => path == "/");
        var before = installation.Count("/");
        var all = Enumerable.Range(0, 50).Select(_ => installation.GetAsync(Path)).ToList();
        await Eventually.GetAsync(() => Task.FromResult(held.Count), count => count > 0, Soon);
        held.Dispose();
        foreach (var one in all)
        {
            using var answer = await one;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.Equal(before + 1, installation.Count("/"));
    }

    [Fact]
    public async Task Page_ThatIsOld_IsGivenAtOnce_WhileTheNewOneIsFetched()
    {
        const string Path = "/?tag=old";
        using (await installation.GetAsync(Path)) { }
        using var held = installation.Web.Hold(path => path == "/");
        // It is fresh for 5 s; the first that finds it old has it fetched anew, and doesn't wait for it.
        await Eventually.GetAsync(StatusAsync, _ => held.Count == 1, Soon);
        for (var i = 0; i < 20; i++) Assert.Equal(Stale, await StatusAsync());
        Assert.Equal(1, held.Count);
        held.Dispose();
        await Eventually.GetAsync(StatusAsync, status => status == "edge; hit", Soon);

        async Task<string?> StatusAsync()
        {
            using var answer = await installation.GetAsync(Path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return Status(answer);
        }
    }

    [Fact]
    public async Task WhileTheServerIsDead_WhatIsKept_IsServedAndMarked()
    {
        using var ada = await installation.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(installation.Photographs[0], "public");
        var image = await ada.ProcessedAsync(id);
        var variants = image.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("url").GetString()!).ToList();
        var page = $"/images/{id}";
        foreach (var path in variants[1..].Append(page))
        {
            using var warm = await installation.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, warm.StatusCode);
            // And has got here whole.
            Assert.NotEmpty(await warm.Content.ReadAsByteArrayAsync(Cancellation));
        }

        installation.Server.Kill();
        try
        {
            await Eventually.GetAsync(() => StatusAsync(page), status => status == Stale, Soon);
            foreach (var path in variants[1..])
            {
                // What never changes doesn't grow old.
                Assert.Equal("edge; hit", await StatusAsync(path));
                using var part = await installation.GetAsync(path, request => request.Headers.Range = new RangeHeaderValue(2, 5));
                Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
                Assert.Equal(4, (await part.Content.ReadAsByteArrayAsync(Cancellation)).Length);
            }
            using var missing = await installation.GetAsync(variants[0]);
            Assert.InRange((int)missing.StatusCode, 500, 504);
        }
        finally
        {
            await installation.Server.RestartAsync(Cancellation);
        }
        using var back = await installation.GetAsync(variants[0]);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);

        async Task<string?> StatusAsync(string path)
        {
            using var answer = await installation.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return Status(answer);
        }
    }

    [Fact]
    public async Task Range_OfALargeVariant_FetchesItsSlicesAlone_EachOnce()
    {
        const int Slice = 1024 * 1024;
        var content = new byte[5 * Slice + 1000];
        new Random(1).NextBytes(content);
        var ranges = new System.Collections.Concurrent.ConcurrentQueue<long>();
        await using var server = await StubServer.StartAsync(http =>
        {
            http.Response.Headers.CacheControl = Immutable;
            if (http.Request.Headers.ContainsKey(EdgePermits.AskHeader))
            {
                http.Response.Headers.ETag = "\"large\"";
                http.Response.ContentType = "image/webp";
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
            ranges.Enqueue(RangeHeaderValue.Parse(http.Request.Headers.Range.ToString()).Ranges.Single().From!.Value / Slice);
            return Results.Bytes(content, "image/webp", entityTag: new("\"large\""), enableRangeProcessing: true).ExecuteAsync(http);
        });
        await using var edge = await Servers.SkipIfMissingAsync(() => EdgeServer.StartAsync([server.Url], [], Cancellation));
        var url = new Uri(edge.Url, "/i/0123456789abcdefghijklmnop/0123456789abcdef/2560.webp");

        await ExpectAsync(2 * Slice + 10, 2 * Slice + 20, [2]);
        await ExpectAsync(2 * Slice + 100, 3 * Slice - 1, []);
        await ExpectAsync(3 * Slice - 5, 4 * Slice, [3, 4]);
        await ExpectAsync(null, 1000, [0, 5]); // where the end is, nginx learns from the first
        await ExpectAsync(0, content.Length - 1, [1]);
        using var http = new HttpClient();
        Assert.Equal(content, await http.GetByteArrayAsync(url, Cancellation));
        Assert.Equal(6, ranges.Count);

        async Task ExpectAsync(long? from, long to, long[] slices)
        {
            var before = ranges.Count;
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Range = new RangeHeaderValue(from, to);
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            Assert.Equal(from is null ? content[^(int)to..] : content[(int)from.Value..((int)to + 1)], await answer.Content.ReadAsByteArrayAsync(Cancellation));
            Assert.Equal(slices, ranges.Skip(before).Order());
        }
    }

    private static string? Status(HttpResponseMessage answer) => answer.Headers.TryGetValues("Cache-Status", out var values) ? string.Join(", ", values) : null;

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/styles.css")]
    [InlineData("GET", "/i/06g30000000000000000000000/aaaaaaaaaaaaaaaa/200.webp")]
    [InlineData("POST", "/api/v1/images")]
    public async Task WithoutAnyServer_WhatCantBeGiven_IsExplained(string method, string path)
    {
        await using var edge = await EdgeServer.StartAsync([new Uri($"http://127.0.0.1:{Ports.Free()}")], [], Cancellation);
        using var http = new HttpClient();
        foreach (var (accept, type) in new[] { ("*/*", "application/problem+json"), ("text/html", "text/html") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(edge.Url, path));
            request.Headers.Add("Accept", accept);
            using var answer = await http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(TimeSpan.FromSeconds(10), answer.Headers.RetryAfter?.Delta);
            Assert.Contains("not available right now", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.OrdinalIgnoreCase);
        }
    }

    [GeneratedRegex("src=\"(/app[^\"]*[.]js)\"")]
    private static partial Regex Script();

    [GeneratedRegex("href=\"(/styles[^\"]*[.]css)\"")]
    private static partial Regex StyleSheet();

    /// <summary>The program on embedded stores behind an edge, with a gate between that counts and holds.</summary>
    public sealed class Edged(Servers servers) : Installation(servers), IAsyncDisposable
    {
        // A connection for each request: nginx lets the next one on it wait until what it fetches in the background is there.
        private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

        internal Gate Web { get; private set; } = null!;

        internal PixelCraftProcess Server { get; private set; } = null!;

        private EdgeServer Edge { get; set; } = null!;

        /// <summary>How often the server was asked for a path.</summary>
        internal int Count(string path) => Web.Asked.Count(asked => asked == path);

        internal async Task<HttpResponseMessage> GetAsync(string path, Action<HttpRequestMessage>? change = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Edge.Url, path));
            change?.Invoke(request);
            return await _http.SendAsync(request, Cancellation);
        }

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        private protected override async Task StartAsync()
        {
            var listen = $"http://127.0.0.1:{Ports.Free()}";
            Web = await Gate.StartAsync(new Uri(listen));
            Edge = await Servers.SkipIfMissingAsync(() => EdgeServer.StartAsync([Web.Url], [], Cancellation));
            Server = await StartAsync(new Dictionary<string, string>
            {
                ["Listen"] = listen,
                ["Proxies"] = "127.0.0.1",
                ["Edge:Addresses"] = Edge.PurgeUrl.AbsoluteUri,
                ["Edge:Secret"] = EdgeServer.Secret,
            });
            await AddMembersAsync(new Dictionary<string, string> { ["Data"] = Server.Data });
        }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            if (Edge is not null) await Edge.DisposeAsync();
            if (Web is not null) await Web.DisposeAsync();
            _http.Dispose();
        }
    }
}
