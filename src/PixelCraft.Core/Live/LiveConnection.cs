using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Primitives;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>A socket, who it belongs to, and the rooms that it is in.</summary>
internal sealed class LiveConnection(HubConnectionContext connection, LiveOptions options, TimeProvider time)
{
    /// <summary>Messages that may wait for a slow client, besides frames.</summary>
    private const int MostWaiting = 64;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeToGo = TimeSpan.FromSeconds(2);
    private static readonly SerializedHubMessage Close = new(CloseMessage.Empty);

    private readonly Queue<long> _joins = [];
    private bool _isEnding;
    private int _telling;

    /// <summary>Unique at this server.</summary>
    public string Id => connection.ConnectionId;

    /// <summary>By the number of each room. Its end may come while it joins another.</summary>
    public ConcurrentDictionary<int, (Room Room, Participant Participant)> Rooms { get; } = new();

    /// <summary>Who connected. Looked at again while the connection lasts, since a session can end before it.</summary>
    public Caller Caller { get; } = Caller.From(connection.User);

    /// <summary>By what the caller was known, and from where, to ask again: the request itself is another's once the connection has ended.</summary>
    public (StringValues Cookie, StringValues Authorization, IPAddress? From) Credentials { get; } = CredentialsOf(connection.GetHttpContext()!);

    /// <summary>Sends a message; done when there is room for the next.</summary>
    public ValueTask SendAsync(LiveMessage message) => connection.WriteAsync(message.Serialized, connection.ConnectionAborted);

    /// <summary>Sends a message that nothing waits for; nothing happens when the connection ends meanwhile, or is too slow for what it has been told already.</summary>
    public async Task TellAsync(LiveMessage message)
    {
        if (Interlocked.Increment(ref _telling) > MostWaiting)
        {
            Interlocked.Decrement(ref _telling);
            return;
        }

        try
        {
            await SendAsync(message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It has ended.
        }
        finally
        {
            Interlocked.Decrement(ref _telling);
        }
    }

    /// <summary>Tells why, asks the client to go, and ends the connection when it doesn't. Once.</summary>
    public async Task EndAsync(string reason)
    {
        if (Interlocked.Exchange(ref _isEnding, true)) return;
        try
        {
            await TellAndCloseAsync(reason).WaitAsync(TimeToGo, time, connection.ConnectionAborted);
            await Task.Delay(TimeToGo, time, connection.ConnectionAborted);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException or TimeoutException)
        {
            // It has gone, or takes nothing in.
        }

        connection.Abort();
    }

    private async Task TellAndCloseAsync(string reason)
    {
        await SendAsync(new LiveMessage("end", reason));
        await connection.WriteAsync(Close, connection.ConnectionAborted);
    }

    private static (StringValues, StringValues, IPAddress?) CredentialsOf(HttpContext http) => (http.Request.Headers.Cookie, http.Request.Headers.Authorization, http.Connection.RemoteIpAddress);

    /// <summary>Counts a join; false when there were too many within the last minute.</summary>
    public bool TryJoin()
    {
        while (_joins.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > Minute) _joins.Dequeue();
        if (_joins.Count >= options.JoinsPerMinute) return false;
        _joins.Enqueue(time.GetTimestamp());
        return true;
    }
}
