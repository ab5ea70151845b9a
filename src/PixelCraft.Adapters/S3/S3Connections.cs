using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;

namespace PixelCraft.Adapters.S3;

/// <summary>
/// Connects to a store, which may have several gateways. Each connection begins with another one, and goes on to the next where one can't be
/// reached; a request that was cut off with its gateway is sent again by the vendor's client, on another connection.
/// </summary>
/// <param name="gateways">Host and port of each, as <see cref="TryParse"/> reads them; null takes those of the URLs.</param>
internal sealed class S3Connections(EndPoint[]? gateways) : HttpClientFactory
{
    /// <summary>For one of several gateways: then the next is tried.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(2);

    /// <summary>After how long a connection is given up on which nothing that was sent has arrived: a partition tells nobody of itself.</summary>
    private static readonly TimeSpan SilenceTime = TimeSpan.FromSeconds(10);

    // https://man7.org/linux/man-pages/man7/tcp.7.html; .NET has no name for it.
    private const int TcpUserTimeout = 18;

    private uint _next = (uint)Random.Shared.Next();

    /// <summary>Reads <c>host:port</c>, several by comma; null when there is none, or one can't be read.</summary>
    public static EndPoint[]? TryParse(string text)
    {
        var read = new List<EndPoint>();
        foreach (var gateway in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPEndPoint.TryParse(gateway, out var address) && address.Port > 0) read.Add(address);
            else if (gateway.Split(':') is [{ Length: > 0 } host, var port] && ushort.TryParse(port, out var number) && number > 0) read.Add(new DnsEndPoint(host, number));
            else return null;
        }
        return read.Count == 0 ? null : [.. read];
    }

    // Asked for once; the vendor's client keeps it.
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new SocketsHttpHandler
    {
        ConnectCallback = ConnectAsync,
        AllowAutoRedirect = false,
        // A gateway that came back gets its share again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectTimeout = gateways is null && clientConfig.ConnectTimeout is { } time ? time : Timeout.InfiniteTimeSpan,
    })
    { Timeout = clientConfig.Timeout ?? Timeout.InfiniteTimeSpan };

    private static Socket Socket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes((int)SilenceTime.TotalMilliseconds));
        // The same for one that waits for an answer.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        return socket;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var first = Interlocked.Increment(ref _next);
        var all = gateways ?? [context.DnsEndPoint];
        for (var i = 0u; ; i++)
        {
            var socket = Socket();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (all.Length > 1) limit.CancelAfter(ConnectTime);
            try
            {
                await socket.ConnectAsync(all[(first + i) % all.Length], limit.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested && i + 1 < all.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
