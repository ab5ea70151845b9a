using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Cluster;
using PixelCraft.Tests.Delivery;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>
/// Two edges in front of a web server and the object store, and a worker that tells them of withdrawn images. Between the edges and what they ask
/// stand gates, which count and hold.
/// </summary>
public sealed class EdgeTests(EdgeTests.Edges edges) : IClassFixture<EdgeTests.Edges>
{
    /// <summary>How long a purge may take from the change on.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Variants_ComeFromTheStore_AndWarmFromTheEdge()
    {
        using var ada = await edges.SignInAsync("ada");
        var variants = await edges.PublicAsync(ada);
        var (atWeb, atStore) = (edges.Web.Asked.Count, edges.Store.Asked.Count);
        var first = new Dictionary<string, byte[]>();
        foreach (var url in variants)
        {
            using var answer = await edges.GetAsync(0, url);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            first[url] = await answer.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.Equal("WEBP"u8, first[url].AsSpan(8, 4));
        }
        // Of a server only the permits, of the store the bytes.
        Assert.Equal(variants, edges.Web.Asked.Skip(atWeb));
        Assert.Equal(variants.Count, edges.Store.Asked.Skip(atStore).Count(path => path.EndsWith(".webp", StringComparison.Ordinal)));

        (atWeb, atStore) = (edges.Web.Asked.Count, edges.Store.Asked.Count);
        for (var round = 0; round < 3; round++)
        {
            foreach (var url in variants)
            {
                using var answer = await edges.GetAsync(0, url);
                Assert.Equal(first[url], await answer.Content.ReadAsByteArrayAsync(Cancellation));
            }
        }
        Assert.Equal((atWeb, atStore), (edges.Web.Asked.Count, edges.Store.Asked.Count));
    }

    [Fact]
    public async Task Variant_OfTheEdge_HasTheHeadersOfTheServer()
    {
        using var ada = await edges.SignInAsync("ada");
        var url = (await edges.PublicAsync(ada))[^1];
        using var direct = await edges.GetAsync(edges.Url, url);
        var length = direct.Content.Headers.ContentLength!.Value;
        foreach (var warm in new[] { false, true })
        {
            using var answer = await edges.GetAsync(0, url);
            var own = new[] { "Date", "Server", "Connection", "Transfer-Encoding", "Cache-Status" };
            Assert.Equal(
                direct.Headers.Concat(direct.Content.Headers).Where(header => !own.Contains(header.Key)).Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order(),
                answer.Headers.Concat(answer.Content.Headers).Where(header => !own.Contains(header.Key)).Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order());

            using var same = await edges.GetAsync(0, url, request => request.Headers.IfNoneMatch.Add(direct.Headers.ETag!));
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
            Assert.Equal(direct.Headers.ETag, same.Headers.ETag);
            using var other = await edges.GetAsync(0, url, request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\"")));
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
            using var part = await edges.GetAsync(0, url, request =>
            {
                request.Headers.Range = new RangeHeaderValue(10, 19);
                request.Headers.IfRange = new RangeConditionHeaderValue(direct.Headers.ETag!);
            });
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(new ContentRangeHeaderValue(10, 19, length), part.Content.Headers.ContentRange);
            using var whole = await edges.GetAsync(0, url, request =>
            {
                request.Headers.Range = new RangeHeaderValue(10, 19);
                request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue("\"other\""));
            });
            Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
            using var beyond = await edges.GetAsync(0, url, request => request.Headers.Range = new RangeHeaderValue(length, null));
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
            using var head = await edges.GetAsync(0, url, request => request.Method = HttpMethod.Head);
            Assert.Equal((HttpStatusCode.OK, length), (head.StatusCode, head.Content.Headers.ContentLength));
        }
    }

    [Theory]
    [InlineData("private")]
    [InlineData("trash")]
    public async Task WithdrawnImage_IsGoneFromEveryEdge_InEverySize(string how)
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[0], "public");
        var urls = await Edges.UrlsAsync(ada, id);
        await edges.ExpectAsync(urls, HttpStatusCode.OK);

        if (how == "private") (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        else (await ada.SendAsync(HttpMethod.Delete, $"/api/v1/images/{id}")).EnsureSuccessStatusCode();
        await edges.GoneAsync(urls);
        if (how != "trash") return;

        // Restored under new URLs, which are new to the edges.
        (await ada.SendAsync(HttpMethod.Post, $"/api/v1/images/{id}/restore")).EnsureSuccessStatusCode();
        var restored = await Edges.UrlsAsync(ada, id);
        Assert.Empty(restored.Intersect(urls));
        await edges.ExpectAsync(restored, HttpStatusCode.OK);
        await edges.ExpectAsync(urls, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task WithdrawnImage_WhoseBytesAreOnTheirWay_DoesNotComeBack()
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[1], "public");
        var urls = await Edges.UrlsAsync(ada, id);
        // One is kept already, by which the purge is seen.
        await edges.ExpectAsync(urls[..1], HttpStatusCode.OK);
        using var held = edges.Store.Hold(_ => true);
        var underWay = Enumerable.Range(0, 2).SelectMany(edge => urls[1..].Select(url => edges.GetAsync(edge, url))).ToList();
        await Eventually.GetAsync(() => Task.FromResult(held.Count), count => count >= underWay.Count, Soon);

        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await edges.GoneAsync(urls[..1]);
        held.Dispose();
        foreach (var fetch in underWay)
        {
            using var answer = await fetch;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        await edges.ExpectAsync(urls, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task WithdrawnImage_WhosePermitIsOnItsWay_DoesNotComeBack()
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[2], "public");
        var urls = await Edges.UrlsAsync(ada, id);
        await edges.ExpectAsync(urls[..1], HttpStatusCode.OK);
        using var held = edges.Web.Hold(path => path == urls[1]);
        var underWay = edges.GetAsync(0, urls[1]);
        await Eventually.GetAsync(() => Task.FromResult(held.Count), count => count == 1, Soon);
        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await edges.GoneAsync(urls[..1]);
        held.Dispose();
        // The server had allowed it before.
        using (var answer = await underWay) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await edges.ExpectAsync(urls, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task WithdrawnImage_WhileAnEdgeHangs_IsGoneWhenItGoesOn()
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[3], "public");
        var urls = await Edges.UrlsAsync(ada, id);
        await edges.ExpectAsync(urls, HttpStatusCode.OK);

        edges.All[1].Pause();
        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await edges.GoneAsync(urls, 0);
        // The worker says so, for people and for machines, and goes on trying.
        await Eventually.GetAsync(
            () => Task.FromResult(string.Join('\n', edges.Worker.Log)), log => log.Contains($"edge at {edges.All[1].PurgeUrl.Authority}", StringComparison.Ordinal), Soon);
        using var client = new HttpClient();
        await Eventually.GetAsync(
            () => client.GetStringAsync($"{edges.Worker.Url}/metrics", Cancellation),
            metrics => metrics.Split('\n').Any(line => line.StartsWith("pixelcraft_edge_withdrawn{", StringComparison.Ordinal) && !line.Contains("} 0 ", StringComparison.Ordinal)), Soon);
        edges.All[1].Resume();
        await edges.GoneAsync(urls, 1);
    }

    [Fact]
    public async Task WithdrawnImage_WhileAnEdgeIsDead_IsNotThereWhenItStarts()
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[4], "public");
        var urls = await Edges.UrlsAsync(ada, id);
        await edges.ExpectAsync(urls, HttpStatusCode.OK);
        edges.All[1].Kill();
        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await edges.GoneAsync(urls, 0);
        // On the same caches: that it has not been told yet must not matter.
        await edges.All[1].RestartAsync(Cancellation);
        await edges.ExpectAsync(urls, HttpStatusCode.NotFound, 1);
    }

    [Fact]
    public async Task WithdrawnImage_WhileNoWorkerRuns_IsGoneWhenOneDoes()
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[5], "public");
        var urls = await Edges.UrlsAsync(ada, id);
        await edges.ExpectAsync(urls, HttpStatusCode.OK);
        // Whoever made the change has said all that it will say.
        edges.Worker.Kill();
        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await edges.ExpectAsync(urls, HttpStatusCode.OK);
        await edges.StartWorkerAsync();
        await edges.GoneAsync(urls);
    }

    [Fact]
    public async Task EqualRequests_AtOnce_AreOneForTheServerAndTheStore()
    {
        using var ada = await edges.SignInAsync("ada");
        var url = (await edges.PublicAsync(ada))[^1];
        var (atWeb, atStore) = (edges.Web.Asked.Count, edges.Store.Asked.Count);
        using var held = edges.Store.Hold(_ => true);
        var all = Enumerable.Range(0, 50).Select(_ => edges.GetAsync(0, url)).ToList();
        await Eventually.GetAsync(() => Task.FromResult(held.Count), count => count > 0, Soon);
        held.Dispose();
        foreach (var one in all)
        {
            using var answer = await one;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.Equal(1, edges.Web.Asked.Skip(atWeb).Count(path => path == url));
        var file = string.Join('/', url.Split('/')[2], url.Split('/')[4]);
        Assert.Equal(1, edges.Store.Asked.Skip(atStore).Count(path => path.EndsWith(file, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Gallery_ForVisitors_IsKeptForSeconds_AndForMembersNot()
    {
        using var ada = await edges.SignInAsync("ada");
        var id = await ada.UploadedAnewAsync(edges.Photographs[6], "public");
        await ada.ProcessedAsync(id);
        foreach (var page in new[] { "/", $"/images/{id}" })
        {
            using (await edges.GetAsync(0, page)) { }
            var before = edges.Web.Asked.Count;
            using var warm = await edges.GetAsync(0, page);
            Assert.Equal(HttpStatusCode.OK, warm.StatusCode);
            Assert.Equal(before, edges.Web.Asked.Count);
            // Whoever brings a session sees the own page, from a server.
            using var own = await edges.GetAsync(0, page, request => request.Headers.Add("Cookie", "a=b; pixelcraft=0123456789012345678901234567890123456789012"));
            Assert.Equal(before + 1, edges.Web.Asked.Count);
        }
        // Pages show images, so they go with them.
        (await ada.PatchAsync(id, new { visibility = "private" }, "*")).EnsureSuccessStatusCode();
        await edges.GoneAsync([$"/images/{id}"]);
    }

    [Fact]
    public async Task StaticFiles_AreKept_CompressedAsTheBuildMadeThem()
    {
        using var page = await edges.GetAsync(0, "/");
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        var script = System.Text.RegularExpressions.Regex.Match(html, "src=\"(/app[^\"]*[.]js)\"").Groups[1].Value;
        foreach (var (accept, encoding) in new[] { ("gzip, deflate", "gzip"), ("deflate, gzip;q=0.5", "gzip"), ("identity", null) })
        {
            foreach (var warm in new[] { false, true })
            {
                var before = edges.Web.Asked.Count;
                using var answer = await edges.GetAsync(0, script, request => request.Headers.TryAddWithoutValidation("Accept-Encoding", accept));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
                Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
                if (warm) Assert.Equal(before, edges.Web.Asked.Count);
            }
        }
    }

    [Fact]
    public async Task WhileServersAreAway_WhatIsKept_IsServed()
    {
        using var ada = await edges.SignInAsync("ada");
        var variants = await edges.PublicAsync(ada);
        await edges.ExpectAsync(variants, HttpStatusCode.OK);
        using (await edges.GetAsync(0, "/")) { }
        edges.Server.Pause();
        try
        {
            await edges.ExpectAsync(variants, HttpStatusCode.OK);
            using var gallery = await edges.GetAsync(0, "/");
            Assert.Equal(HttpStatusCode.OK, gallery.StatusCode);
        }
        finally
        {
            edges.Server.Resume();
        }
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/edge-permit/i/00000000000000000000000000/0000000000000000/200.webp")]
    [InlineData("/purge")]
    public async Task Edge_KeepsInnerPathsFromThePublic(string path)
    {
        using var answer = await edges.GetAsync(0, path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Permit_WithAnotherSecret_IsNotGiven()
    {
        using var ada = await edges.SignInAsync("ada");
        var url = (await edges.PublicAsync(ada))[0];
        using var answer = await edges.GetAsync(edges.Url, url, request => request.Headers.Add("Edge-Permit", "another secret of 32 characters!"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Edge-Object"));
    }

    /// <summary>What the tests look at.</summary>
    public sealed class Edges(Servers servers) : Installation(servers), IAsyncDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        private Dictionary<string, string> _settings = [];

        internal Gate Web { get; private set; } = null!;

        internal Gate Store { get; private set; } = null!;

        internal IReadOnlyList<EdgeServer> All { get; private set; } = [];

        internal PixelCraftProcess Server { get; private set; } = null!;

        internal PixelCraftProcess Worker { get; private set; } = null!;

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        internal async Task StartWorkerAsync() => Worker = await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = "worker" });

        /// <summary>The variants of a new public image.</summary>
        internal async Task<IReadOnlyList<string>> PublicAsync(ApiClient member)
        {
            var image = await member.ProcessedAsync(await member.UploadedAnewAsync(Photographs[0], "public"));
            return Variants(image);
        }

        /// <summary>All of an image that everybody may see, once it is ready: variants, and one on demand in a fixed and in the accepted format.</summary>
        internal static async Task<List<string>> UrlsAsync(ApiClient member, string id)
        {
            var urls = Variants(await member.ProcessedAsync(id)).ToList();
            foreach (var format in new[] { "webP", null })
            {
                using var signed = await member.SendAsync(HttpMethod.Post, $"/api/v1/images/{id}/transforms", request => request.Content = JsonContent.Create(new { width = 120, format }));
                signed.EnsureSuccessStatusCode();
                urls.Add((await signed.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("url").GetString()!);
            }
            return urls;
        }

        internal Task<HttpResponseMessage> GetAsync(int edge, string path, Action<HttpRequestMessage>? change = null) => GetAsync(All[edge].Url, path, change);

        internal async Task<HttpResponseMessage> GetAsync(Uri server, string path, Action<HttpRequestMessage>? change = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, path));
            change?.Invoke(request);
            return await _http.SendAsync(request, Cancellation);
        }

        /// <summary>Asks one edge, or all, for each URL whole and for a part of it.</summary>
        internal async Task ExpectAsync(IReadOnlyList<string> urls, HttpStatusCode expected, int? edge = null)
        {
            foreach (var one in edge is null ? Enumerable.Range(0, All.Count) : [edge.Value])
            {
                foreach (var url in urls)
                {
                    using var whole = await GetAsync(one, url);
                    Assert.True(expected == whole.StatusCode, $"{whole.StatusCode} for {url} of edge {one}");
                    using var part = await GetAsync(one, url, request => request.Headers.Range = new RangeHeaderValue(0, 9));
                    Assert.Equal(expected == HttpStatusCode.OK ? HttpStatusCode.PartialContent : expected, part.StatusCode);
                }
            }
        }

        /// <summary>Waits until one edge, or all, answer 404 for the first of the URLs, and then expects it of all.</summary>
        internal async Task GoneAsync(IReadOnlyList<string> urls, int? edge = null)
        {
            foreach (var one in edge is null ? Enumerable.Range(0, All.Count) : [edge.Value])
            {
                await Eventually.GetAsync(
                    async () =>
                    {
                        using var answer = await GetAsync(one, urls[0]);
                        return answer.StatusCode;
                    },
                    status => status == HttpStatusCode.NotFound,
                    Soon);
            }
            await ExpectAsync(urls, HttpStatusCode.NotFound, edge);
        }

        private protected override async Task StartAsync()
        {
            var s3 = await Servers.S3Async();
            var listen = $"http://127.0.0.1:{Ports.Free()}";
            Web = await Gate.StartAsync(new Uri(listen));
            Store = await Gate.StartAsync(new Uri(s3.Endpoint));
            All = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Servers.SkipIfMissingAsync(() => EdgeServer.StartAsync([Web.Url], [Store.Url], Cancellation))));
            _settings = await SplitInstallation.SettingsAsync(Servers);
            _settings["Edge:Addresses"] = string.Join(',', All.Select(edge => edge.PurgeUrl));
            _settings["Edge:Secret"] = EdgeServer.Secret;
            Server = await StartAsync(new Dictionary<string, string>(_settings) { ["Role"] = "web", ["Listen"] = listen, ["Proxies"] = "127.0.0.1" });
            await StartWorkerAsync();
            await AddMembersAsync(new Dictionary<string, string>(_settings) { ["Role"] = "web" });
        }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            foreach (var edge in All) await edge.DisposeAsync();
            if (Web is not null) await Web.DisposeAsync();
            if (Store is not null) await Store.DisposeAsync();
            _http.Dispose();
        }

        private static List<string> Variants(JsonElement image) =>
            [.. image.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("url").GetString()!)];
    }
}
