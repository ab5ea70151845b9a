using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Adapters.Fastly;

/// <summary>
/// As much of a CDN as the adapter sees: the API that purges by surrogate key (https://www.fastly.com/documentation/reference/api/purging/), and a cache of public answers
/// that doesn't keep what was asked for before a purge of its key.
/// </summary>
internal sealed class FakeCdn : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly ConcurrentDictionary<string, Kept> _cache = [];
    private readonly ConcurrentDictionary<string, int> _purges = [];
    private readonly WebApplication _server;
    private readonly Uri _origin;
    private readonly string _token;

    private FakeCdn(Uri origin, string service, string token)
    {
        (_origin, _token) = (origin, token);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        Url = new Uri($"http://127.0.0.1:{Ports.Free()}");
        _server.Urls.Add(Url.AbsoluteUri);
        _server.MapPost($"/service/{service}/purge", PurgeAsync);
        _server.MapGet($"/service/{service}", (HttpContext http) => IsAllowed(http) ? Results.Ok() : Results.StatusCode(403));
        _server.MapFallback("{*path}", GetAsync);
    }

    public Uri Url { get; }

    /// <summary>Whether the API answers nothing; what is kept is delivered on.</summary>
    public bool IsSilent { get; set; }

    public static async Task<FakeCdn> StartAsync(Uri origin, string service, string token)
    {
        var cdn = new FakeCdn(origin, service, token);
        await cdn._server.StartAsync(TestContext.Current.CancellationToken);
        return cdn;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private bool IsAllowed(HttpContext http)
    {
        if (IsSilent) http.Abort();
        return http.Request.Headers["Fastly-Key"] == _token;
    }

    private async Task PurgeAsync(HttpContext http)
    {
        if (!IsAllowed(http))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var keys = body.RootElement.GetProperty("surrogate_keys").EnumerateArray().Select(key => key.GetString()!).ToList();
        if (keys.Count > 256)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        foreach (var key in keys)
        {
            _purges.AddOrUpdate(key, 1, (_, count) => count + 1);
            foreach (var (path, kept) in _cache)
                if (kept.Key == key) _cache.TryRemove(path, out _);
        }
        await http.Response.WriteAsJsonAsync(keys.ToDictionary(key => key, key => $"1-{key}"), http.RequestAborted);
    }

    private async Task GetAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (!_cache.TryGetValue(path, out var kept))
        {
            var before = _purges.ToDictionary();
            using var answer = await _http.GetAsync(new Uri(_origin, path), http.RequestAborted);
            if (answer.Headers.CacheControl?.Public != true)
            {
                http.Response.StatusCode = (int)answer.StatusCode;
                return;
            }
            kept = new Kept(
                answer.Headers.GetValues("Surrogate-Key").Single(), await answer.Content.ReadAsByteArrayAsync(http.RequestAborted),
                answer.Headers.CacheControl.ToString(), answer.Headers.ETag!.Tag, answer.Content.Headers.ContentType!.ToString());
            if (_purges.GetValueOrDefault(kept.Key) == before.GetValueOrDefault(kept.Key)) _cache[path] = kept;
        }
        http.Response.Headers.CacheControl = kept.CacheControl;
        await Results.Bytes(kept.Bytes, kept.ContentType, entityTag: new(kept.Tag), enableRangeProcessing: true).ExecuteAsync(http);
    }

    private sealed record Kept(string Key, byte[] Bytes, string CacheControl, string Tag, string ContentType);
}
