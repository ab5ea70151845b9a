using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Fetching;

/// <summary>
/// Gets a file from a URL that a member names. The server must not become a way into its own network: the very address that is
/// connected to is judged, on every hop, so that no name that resolves differently the second time gets around it. No
/// cookies, no credentials, no proxy, five redirects at most; what the file is, its bytes decide.
/// </summary>
internal sealed class ImageFetcher : IDisposable
{
    private const int MaxRedirects = 5;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    private readonly FetchOptions _options;
    private readonly IReadOnlyList<IPNetwork> _allowed;
    private readonly IReadOnlySet<int> _ports;
    private readonly HttpClient _http;

    public ImageFetcher(IOptions<FetchOptions> options)
    {
        _options = options.Value;
        _allowed = _options.Networks();
        _ports = _options.PortSet();
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // followed below, where each hop is judged
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null, // trace ids are not for others
            ConnectTimeout = ConnectTime,
            MaxResponseHeadersLength = 32, // KB
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Timeout.InfiniteTimeSpan }; // the caller's time covers the body too
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("PixelCraft");
        _http.DefaultRequestHeaders.Accept.ParseAdd("image/*");
    }

    /// <summary>Gets the file and takes it in.</summary>
    /// <param name="uploads">Takes it in.</param>
    /// <param name="owner">For whom.</param>
    /// <param name="url">Where it is: http or https.</param>
    /// <param name="visibility">Who may see the image.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UploadRefusedException">It can't be had, or isn't taken.</exception>
    public async Task<ImageRecord> FetchAsync(IUploads uploads, Id owner, Uri url, Visibility visibility, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Time);
        try
        {
            using var response = await GetAsync(url, limit.Token);
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            return await uploads.ReceiveAsync(owner, FileName(response), visibility, body, response.Content.Headers.ContentLength, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refusal($"It took longer than {_options.Time.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The address is not told: it would show the inside of the network.
            throw Refusal(e is HttpRequestException { InnerException: ForbiddenAddressException } ? "Its address is not on the public internet." : "The server there does not answer, or not in good order.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            if (Fault(url) is { } fault) throw Refusal(fault);
            var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                    throw Refusal($"The server there answers {(int)response.StatusCode}.");
                url = new Uri(url, location);
            }
        }
        throw Refusal($"It is redirected more than {MaxRedirects} times.");
    }

    private string? Fault(Uri url)
    {
        if (url.Scheme is not ("http" or "https")) return "Only http and https are fetched.";
        if (url.UserInfo.Length > 0) return "A URL with a name or password is not fetched.";
        if (!_ports.Contains(url.Port)) return $"Port {url.Port} is not fetched from.";
        return null;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        // One bad address among good ones is a trick too.
        if (addresses.Length == 0 || !addresses.All(MayConnect)) throw new ForbiddenAddressException();
        Exception? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                last = e;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last!;
    }

    private bool MayConnect(IPAddress address)
    {
        if (PublicAddresses.Contains(address)) return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _allowed.Any(network => network.Contains(plain));
    }

    private static string? FileName(HttpResponseMessage response)
    {
        var disposition = response.Content.Headers.ContentDisposition;
        return disposition?.FileNameStar ?? disposition?.FileName?.Trim('"') ?? Uri.UnescapeDataString(response.RequestMessage!.RequestUri!.Segments[^1]);
    }

    private static UploadRefusedException Refusal(string detail) => new(Problems.NotFetched, detail);

    private sealed class ForbiddenAddressException() : IOException("The address is not on the public internet.");
}
