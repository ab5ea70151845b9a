using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Storage;

namespace PixelCraft.Delivery;

/// <summary>
/// Answers edges that ask whether a public object may be seen. Who sends our secret gets all headers of the answer and, instead of the bytes, the place
/// in the object store where they are; without a store that can name one, only that there are bytes to be asked for in the usual way.
/// The edge keeps such a permit for a while, and the bytes by their <c>ETag</c>.
/// </summary>
internal sealed class EdgePermits(IOptions<EdgeOptions> options, IObjectStore store, TimeProvider time)
{
    /// <summary>By which an edge asks, with the secret.</summary>
    public const string AskHeader = "Edge-Permit";

    /// <summary>Where the bytes are.</summary>
    public const string PlaceHeader = "Edge-Object";

    private readonly byte[] _secret = Encoding.UTF8.GetBytes(options.Value.Secret);
    private readonly IObjectLinks? _links = store as IObjectLinks;

    /// <summary>Whether the request asks for a permit.</summary>
    public bool IsAskedFor(HttpRequest request) =>
        _secret.Length > 0
        && request.Headers.TryGetValue(AskHeader, out var given)
        && CryptographicOperations.FixedTimeEquals(_secret, Encoding.UTF8.GetBytes(given.ToString()));

    /// <summary>Gives it; the answer's other headers are set by the caller.</summary>
    public void Give(HttpResponse response, string key)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        if (_links is not null) response.Headers[PlaceHeader] = _links.ReadUrl(key, time.GetUtcNow() + options.Value.FetchTime).AbsoluteUri;
    }
}
