using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PixelCraft.Cluster;

/// <summary>Ports for servers on this machine.</summary>
public static class Ports
{
    // Below Linux's range for outgoing connections (32768 and up): inside it, a client that tries again and again to
    // reach a killed server sooner or later gets the server's port as its own, connects to itself and blocks the restart.
    private const int First = 20_000;
    private const int End = 32_768;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>
    /// A TCP port of 127.0.0.1 that nothing listens on and that this process was not given before. Another process can
    /// still take it first, so who starts a server on it must be ready to try another.
    /// </summary>
    /// <exception cref="InvalidOperationException">1,000 random ports were all taken.</exception>
    public static int Free()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (IsFree(port) && Given.TryAdd(port, true))
                return port;
        }

        throw new InvalidOperationException($"No free port found from {First} to {End - 1}.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
