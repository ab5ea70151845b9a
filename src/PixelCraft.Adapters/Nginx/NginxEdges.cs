using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using PixelCraft.Delivery;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.Nginx;

/// <summary>
/// Edges of our own: nginx with <c>deploy/nginx/edge.conf.template</c>. A purge is a POST of the images' ids, one a line, to <c>/purge</c> of
/// each, with the secret as bearer token; 204 confirms it. All are asked at once.
/// </summary>
public sealed class NginxEdges : IEdge, IDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<Uri> _edges;
    private readonly HttpClient _http;

    /// <summary>The edges that the options name. Nothing is sent yet.</summary>
    public NginxEdges(IOptions<EdgeOptions> options)
    {
        _edges = [.. options.Value.All().Select(address => new Uri(new Uri(address), "/purge"))];
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = AnswerTime / 2, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = AnswerTime };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.Secret);
    }

    /// <inheritdoc/>
    public int Most => 1_000;

    /// <inheritdoc/>
    public async Task PurgeAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(images.Count, Most);
        var body = string.Join('\n', images);
        var faults = (await Task.WhenAll(_edges.Select(edge => FaultAsync(edge, body, cancellationToken)))).OfType<Exception>().ToList();
        if (faults.Count > 0) throw new UnavailableException(string.Join("; ", faults.Select(fault => fault.Message)), faults[0]);
    }

    /// <inheritdoc/>
    public KeyValuePair<string, string>? Label(Id image) => null;

    /// <inheritdoc/>
    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        await PurgeAsync([], cancellationToken);
        return string.Create(null, $"{_edges.Count} take purges");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Why an edge has not confirmed; null when it has.</summary>
    private async Task<Exception?> FaultAsync(Uri edge, string body, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new StringContent(body);
            using var answer = await _http.PostAsync(edge, content, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.NoContent => null,
                HttpStatusCode.Unauthorized => new HttpRequestException($"edge at {edge.Authority}, which has another secret than Edge:Secret"),
                var status => new HttpRequestException($"edge at {edge.Authority}, which answered {(int)status}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new HttpRequestException($"edge at {edge.Authority}", e);
        }
    }
}
