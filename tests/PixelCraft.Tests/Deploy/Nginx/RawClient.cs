using System.Net.Sockets;
using System.Text;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>A client that sends bytes when the test says so.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    private RawClient()
    {
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RawClient> ConnectAsync(Uri server)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(server.Host, server.Port, Cancellation);
        client._stream = client._client.GetStream();
        return client;
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation).AsTask();

    /// <summary>All that comes until the other side ends the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(text, Cancellation);
        }
        catch (IOException)
        {
            // Ended without ceremony, as some of what was sent was not read.
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Sends a byte ten times a second until the other side ends the connection.</summary>
    /// <returns>What it answered.</returns>
    public async Task<string> TrickleAsync(char one)
    {
        var answer = ReadToEndAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (!answer.IsCompleted && await timer.WaitForNextTickAsync(Cancellation)) await SendAsync(one.ToString());
        }
        catch (IOException)
        {
            // It was ended meanwhile.
        }
        return await answer;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
