using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using PixelCraft.Delivery;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.Fastly;

/// <summary>
/// Fastly's CDN, or another one that speaks its API: answers carry a surrogate key per image, by which they are purged
/// (https://www.fastly.com/documentation/reference/api/purging/, "Purge multiple surrogate key tags"). The purge is a hard one: nothing stale is served.
/// </summary>
public sealed class FastlyEdge : IEdge, IDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private readonly Uri _service;
    private readonly HttpClient _http;

    /// <summary>The service that the options name. Nothing is sent yet.</summary>
    public FastlyEdge(IOptions<FastlyOptions> options)
    {
        _service = new Uri(new Uri(options.Value.Endpoint), $"/service/{Uri.EscapeDataString(options.Value.Service)}");
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = AnswerTime / 2, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = AnswerTime };
        _http.DefaultRequestHeaders.Add("Fastly-Key", options.Value.Token);
        _http.DefaultRequestHeaders.Add("Accept", "application/json");
    }

    /// <inheritdoc/>
    public int Most => 256;

    /// <inheritdoc/>
    public async Task PurgeAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(images.Count, Most);
        if (images.Count == 0) return;
        using var answer = await AskAsync(
            () => _http.PostAsJsonAsync($"{_service}/purge", new Purge([.. images.Select(Key)]), FastlyJson.Default.Purge, cancellationToken), cancellationToken);
        // For each key the id of its purge: the confirmation.
        var confirmed = await answer.Content.ReadFromJsonAsync(FastlyJson.Default.DictionaryStringString, cancellationToken) ?? [];
        if (images.FirstOrDefault(image => !confirmed.ContainsKey(Key(image))) is var missing && missing != default)
            throw new UnavailableException($"CDN at {_service.Authority}, which did not confirm the purge of {missing}");
    }

    /// <inheritdoc/>
    public KeyValuePair<string, string>? Label(Id image) => new("Surrogate-Key", Key(image));

    /// <inheritdoc/>
    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(() => _http.GetAsync(_service, cancellationToken), cancellationToken);
        return $"{_service.Authority} knows the service";
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Key(Id image) => $"image-{image}";

    private async Task<HttpResponseMessage> AskAsync(Func<Task<HttpResponseMessage>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await ask();
            if (answer.IsSuccessStatusCode) return answer;
            answer.Dispose();
            var why = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "which refuses Fastly:Token" : $"which answered {(int)answer.StatusCode}";
            throw new UnavailableException($"CDN at {_service.Authority}, {why}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UnavailableException($"CDN at {_service.Authority}", e);
        }
    }

    internal sealed record Purge([property: JsonPropertyName("surrogate_keys")] IReadOnlyList<string> SurrogateKeys);
}

/// <summary>The JSON of the API, generated at build time.</summary>
[JsonSerializable(typeof(FastlyEdge.Purge))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class FastlyJson : JsonSerializerContext;
