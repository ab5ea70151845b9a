using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Cluster;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Fetching;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images.Fetching;

/// <summary>The fetcher against a real server on this machine, whose network must be allowed for it.</summary>
public sealed class ImageFetcherTests : IAsyncLifetime, IUploads
{
    private readonly int _port = Ports.Free();
    private WebApplication _server = null!;
    private int _requests;
    private (string? FileName, long? Length, byte[] Bytes) _taken;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add($"http://127.0.0.1:{_port}");
        _server.Run(AnswerAsync);
        await _server.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Fetch_OfAFile_TakesItIn()
    {
        await FetchAsync("/my%20file.png");
        Assert.Equal(("my file.png", 5L, "bytes"), (_taken.FileName, _taken.Length, System.Text.Encoding.ASCII.GetString(_taken.Bytes)));
        await FetchAsync("/named");
        Assert.Equal("other.png", _taken.FileName);
    }

    [Fact]
    public async Task Fetch_OfARedirect_FollowsFive()
    {
        await FetchAsync("/redirect/5");
        Assert.Equal("bytes"u8.ToArray(), _taken.Bytes);
        await RefusedAsync("/redirect/6", "redirected more than 5 times");
    }

    [Fact]
    public async Task Fetch_FromANetworkThatIsNotAllowed_IsRefusedWithoutARequest()
    {
        foreach (var host in new[] { "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1", "169.254.169.254" })
            await RefusedAsync(new Uri($"http://{host}:{_port}/a.png"), "not on the public internet", allow: "");
        Assert.Equal(0, _requests);
    }

    [Theory]
    [InlineData("/to-metadata", "not on the public internet")]
    [InlineData("/to-port", "Port 22")]
    [InlineData("/to-file", "Only http and https")]
    [InlineData("/to-credentials", "name or password")]
    [InlineData("/404", "404")]
    [InlineData("/304", "304")]
    [InlineData("/slow", "longer than 1 seconds")]
    [InlineData("/slow-body", "longer than 1 seconds")]
    [InlineData("/cut", "not in good order")]
    public async Task Fetch_ThatCantBeDone_SaysWhy(string path, string reason) => await RefusedAsync(path, reason);

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/a.png")]
    [InlineData("http://127.0.0.1:1/a.png")]
    [InlineData("http://user@127.0.0.1/a.png")]
    public async Task Fetch_OfAUrlThatIsNotFetched_IsRefused(string url)
    {
        await RefusedAsync(new Uri(url), "etched", allow: "127.0.0.0/8");
        Assert.Equal(0, _requests);
    }

    async Task<ImageRecord> IUploads.ReceiveAsync(Id owner, string? fileName, Visibility visibility, Stream body, long? length, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes, cancellationToken);
        _taken = (fileName, length, bytes.ToArray());
        return CatalogueContract.NewImage(new IdGenerator(TimeProvider.System), owner);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _requests);
        // No cookie of an earlier answer, nothing of the member.
        Assert.Equal(0, http.Request.Headers.Cookie.Count);
        Assert.Equal(0, http.Request.Headers.Authorization.Count);
        Assert.False(http.Request.Headers.ContainsKey("traceparent"));
        http.Response.Headers.SetCookie = "a=b";
        var path = http.Request.Path.Value!;
        switch (path)
        {
            case "/to-metadata": http.Response.Redirect("http://169.254.169.254/latest/meta-data"); break;
            case "/to-port": http.Response.Redirect("http://127.0.0.1:22/"); break;
            case "/to-file": http.Response.Redirect("file:///etc/passwd"); break;
            case "/to-credentials": http.Response.Redirect($"http://a:b@127.0.0.1:{_port}/a.png"); break;
            case "/404": http.Response.StatusCode = 404; break;
            case "/304": http.Response.StatusCode = 304; break;
            case "/slow": await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted); break;
            case "/slow-body":
                await http.Response.WriteAsync("by", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
                break;
            case "/cut":
                http.Response.ContentLength = 10;
                await http.Response.WriteAsync("bytes");
                await http.Response.Body.FlushAsync();
                http.Abort();
                break;
            default:
                if (path.StartsWith("/redirect/", StringComparison.Ordinal) && int.Parse(path[10..], null) is > 0 and var left)
                {
                    http.Response.Redirect($"/redirect/{left - 1}");
                    break;
                }
                if (path == "/named") http.Response.Headers.ContentDisposition = "attachment; filename=\"other.png\"";
                http.Response.ContentLength = 5;
                await http.Response.WriteAsync("bytes");
                break;
        }
    }

    private Task FetchAsync(string path) => FetchAsync(new Uri($"http://127.0.0.1:{_port}{path}"), "127.0.0.0/8");

    private async Task FetchAsync(Uri url, string allow)
    {
        using var fetcher = new ImageFetcher(Options.Create(new FetchOptions { AllowNetworks = allow, Ports = $"80,443,{_port}", Time = TimeSpan.FromSeconds(1) }));
        await fetcher.FetchAsync(this, default, url, Visibility.Private, Cancellation);
    }

    private Task RefusedAsync(string path, string reason) => RefusedAsync(new Uri($"http://127.0.0.1:{_port}{path}"), reason, "127.0.0.0/8");

    private async Task RefusedAsync(Uri url, string reason, string allow)
    {
        var refused = await Assert.ThrowsAsync<UploadRefusedException>(() => FetchAsync(url, allow));
        Assert.Equal("fetch-failed", refused.Problem.Code);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }
}
