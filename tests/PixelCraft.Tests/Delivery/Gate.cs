using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Delivery;

/// <summary>
/// Stands between an edge and what it asks: counts the requests, and holds answers back for as long as the test wants, which
/// no network does so exactly.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase) { "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Server" };

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly WebApplication _server;
    private readonly Uri _to;
    private Held? _hold;

    private Gate(Uri to)
    {
        _to = to;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        Url = new Uri($"http://127.0.0.1:{Ports.Free()}");
        _server.Urls.Add(Url.AbsoluteUri);
        _server.Run(PassAsync);
    }

    public Uri Url { get; }

    /// <summary>The paths that were asked for so far, without their queries.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public static async Task<Gate> StartAsync(Uri to)
    {
        var gate = new Gate(to);
        await gate._server.StartAsync(TestContext.Current.CancellationToken);
        return gate;
    }

    /// <summary>From now on answers for these paths are fetched and held back, until the result is disposed.</summary>
    public Held Hold(Func<string, bool> paths) => _hold = new Held(this, paths);

    public async ValueTask DisposeAsync()
    {
        _hold?.Dispose();
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext http)
    {
        _asked.Enqueue(http.Request.Path);
        var path = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(_to.GetLeftPart(UriPartial.Authority) + path));
        foreach (var (name, values) in http.Request.Headers)
            if (!Own.Contains(name) && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)) request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        if (http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(http.Request.Body);
            if (http.Request.ContentType is { } type) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        if (_hold is { } hold && hold.Paths(http.Request.Path)) await hold.WaitAsync(http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (!Own.Contains(name)) http.Response.Headers.Append(name, values.ToArray());
        if (http.Response.StatusCode is not (204 or 304)) await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    /// <summary>Answers that are held back.</summary>
    internal sealed class Held(Gate gate, Func<string, bool> paths) : IDisposable
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Func<string, bool> Paths { get; } = paths;

        /// <summary>How many.</summary>
        public int Count => Volatile.Read(ref _count);

        /// <summary>Lets go of them.</summary>
        public void Dispose()
        {
            Interlocked.CompareExchange(ref gate._hold, null, this);
            _end.TrySetResult();
        }

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            await _end.Task.WaitAsync(cancellationToken);
        }
    }
}
