using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PixelCraft.Cluster;
using PixelCraft.Delivery;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every edge does, in front of a server of the test's own.</summary>
public abstract class EdgeContract : IAsyncLifetime
{
    private const string Hash = "abcdefgh01234567";

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly HttpClient _http = new();
    private readonly ConcurrentDictionary<string, bool> _withdrawn = [];
    private WebApplication _server = null!;
    private IEdge _edge = null!;
    private TaskCompletionSource? _hold;
    private int _asked;
    private int _held;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each edge, where everybody asks.</summary>
    private protected abstract IReadOnlyList<Uri> Urls { get; }

    /// <summary>Starts the edges in front of a server.</summary>
    private protected abstract Task<IEdge> StartAsync(Uri server);

    /// <summary>The same edges, asked with another secret.</summary>
    private protected abstract IEdge WithWrongSecret();

    /// <summary>Makes one of the edges silent, which stays as it is otherwise.</summary>
    private protected abstract void Silence();

    /// <summary>Lets it go on.</summary>
    private protected abstract void Resume();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        var url = new Uri($"http://127.0.0.1:{Ports.Free()}");
        _server.Urls.Add(url.AbsoluteUri);
        _server.Run(AnswerAsync);
        await _server.StartAsync(Cancellation);
        _edge = await StartAsync(url);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        (_edge as IDisposable)?.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Purge_ForgetsEverySizeAndRange_OnEveryEdge()
    {
        var image = _ids.ForMember();
        var asked = await WarmAsync(image);
        await GetAllAsync(image, HttpStatusCode.OK);
        Assert.Equal(asked, _asked); // all of it was kept

        _withdrawn[image.ToString()] = true;
        await GetAllAsync(image, HttpStatusCode.OK); // nobody has told the edges
        await _edge.PurgeAsync([image], Cancellation);
        await GetAllAsync(image, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Purge_LeavesOtherImages()
    {
        var (one, other) = (_ids.ForMember(), _ids.ForMember());
        await WarmAsync(one);
        var asked = await WarmAsync(other);
        await _edge.PurgeAsync([one], Cancellation);
        await GetAllAsync(other, HttpStatusCode.OK);
        Assert.Equal(asked, _asked);
    }

    [Fact]
    public async Task Purge_OfManyImages_ForgetsAll()
    {
        var images = Enumerable.Range(0, _edge.Most).Select(_ => _ids.ForMember()).ToList();
        foreach (var image in new[] { images[0], images[^1] })
        {
            await WarmAsync(image);
            _withdrawn[image.ToString()] = true;
        }
        await _edge.PurgeAsync(images, Cancellation);
        await GetAllAsync(images[0], HttpStatusCode.NotFound);
        await GetAllAsync(images[^1], HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Purge_DuringAFetch_IsNotUndoneByItsEnd()
    {
        var image = _ids.ForMember();
        _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var underWay = Urls.Select(edge => GetAsync(edge, Path(image, 200))).ToList();
        await Eventually.TrueAsync(() => _held == Urls.Count);

        _withdrawn[image.ToString()] = true;
        await _edge.PurgeAsync([image], Cancellation);
        Interlocked.Exchange(ref _hold, null)!.SetResult();
        foreach (var fetch in underWay)
        {
            using var answer = await fetch;
            // As the server had already decided, or as it decides now.
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, answer.StatusCode.ToString());
        }
        await GetAllAsync(image, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Purge_WhileAnEdgeIsSilent_IsNotConfirmed_AndWorksLater()
    {
        var image = _ids.ForMember();
        await WarmAsync(image);
        _withdrawn[image.ToString()] = true;
        Silence();
        await Assert.ThrowsAsync<UnavailableException>(() => _edge.PurgeAsync([image], Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => _edge.CheckAsync(Cancellation));
        Resume();
        await _edge.PurgeAsync([image], Cancellation);
        await GetAllAsync(image, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Purge_WithAnotherSecret_IsRefused()
    {
        var image = _ids.ForMember();
        await WarmAsync(image);
        _withdrawn[image.ToString()] = true;
        var stranger = WithWrongSecret();
        using var _ = stranger as IDisposable;
        await Assert.ThrowsAsync<UnavailableException>(() => stranger.PurgeAsync([image], Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => stranger.CheckAsync(Cancellation));
        await GetAllAsync(image, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Check_SaysThatPurgesAreTaken() => Assert.NotEmpty(await _edge.CheckAsync(Cancellation));

    [Fact]
    public async Task Purge_Cancelled_Throws() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _edge.PurgeAsync([_ids.ForMember()], new CancellationToken(canceled: true)));

    private static string Path(Id image, int size) => $"/i/{image}/{Hash}/{size}.webp";

    /// <summary>Has every edge keep the image; returns how often the server was asked so far.</summary>
    private async Task<int> WarmAsync(Id image)
    {
        await GetAllAsync(image, HttpStatusCode.OK);
        return _asked;
    }

    /// <summary>Asks every edge for a small variant, and for the whole and a part of a large one.</summary>
    private async Task GetAllAsync(Id image, HttpStatusCode expected)
    {
        foreach (var edge in Urls)
        {
            foreach (var (size, range) in new[] { (200, null), (2560, null), (2560, new RangeHeaderValue(1_500_000, 2_500_000)) })
            {
                using var answer = await GetAsync(edge, Path(image, size), range);
                Assert.Equal(range is not null && expected == HttpStatusCode.OK ? HttpStatusCode.PartialContent : expected, answer.StatusCode);
                var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
                if (expected != HttpStatusCode.OK) continue;
                Assert.Equal(range is null ? Content(size) : Content(size)[1_500_000..2_500_001], bytes);
                Assert.Equal("image/webp", answer.Content.Headers.ContentType!.MediaType);
                Assert.Equal("public, max-age=31536000, immutable", answer.Headers.CacheControl!.ToString().Replace("max-age=31536000, public", "public, max-age=31536000", StringComparison.Ordinal));
                Assert.Equal(Tag(image, size), answer.Headers.ETag!.Tag);
            }
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri edge, string path, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, path));
        request.Headers.Range = range;
        return await _http.SendAsync(request, Cancellation);
    }

    private static string Tag(Id image, int size) => $"\"{image}-{size}\"";

    private static byte[] Content(int size)
    {
        var bytes = new byte[size == 200 ? 5_000 : 3_000_000];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    /// <summary>As a server answers for a public variant; see <see cref="EdgePermits"/> for the header.</summary>
    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _asked);
        var parts = http.Request.Path.Value!.Split('/');
        var isThere = parts is [_, "i", var id, Hash, ..] && !_withdrawn.ContainsKey(id);
        if (_hold is { } hold)
        {
            Interlocked.Increment(ref _held);
            await hold.Task.WaitAsync(http.RequestAborted);
        }
        if (!isThere)
        {
            http.Response.Headers.CacheControl = "no-store";
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var image = Id.Parse(parts[2], null);
        var size = int.Parse(parts[4].Split('.')[0], null);
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        if (_edge.Label(image) is var (name, value)) http.Response.Headers[name] = value;
        if (http.Request.Headers.ContainsKey(EdgePermits.AskHeader))
        {
            http.Response.Headers.ETag = Tag(image, size);
            http.Response.ContentType = "image/webp";
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        await Results.Bytes(Content(size), "image/webp", entityTag: new(Tag(image, size)), enableRangeProcessing: true).ExecuteAsync(http);
    }
}
