using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Accounts.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// Puts out of a room who may not see its image any more, and ends connections whose session or token has ended. While it can't be told who may
/// what, everybody stays.
/// </summary>
internal sealed class RoomGuard(Rooms rooms, LiveConnections connections, RoomAccess access, IServiceScopeFactory scopes, TimeProvider time, ILogger<RoomGuard> logger) : BackgroundService
{
    /// <summary>Rights that have ended are noticed within 5 s, with what a look takes and what a copy in memory may be behind.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Looks at a time: each may wait for a store.</summary>
    private const int AtOnce = 32;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken };
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Parallel.ForEachAsync(connections.All, options, (connection, token) => TryAsync(() => LookAsync(connection), token));
            await Parallel.ForEachAsync(rooms.All, options, (room, token) => TryAsync(() => LookAsync(room, token), token));
        }
    }

    private async ValueTask TryAsync(Func<Task> look, CancellationToken cancellationToken)
    {
        try
        {
            await look();
        }
        catch (UnavailableException)
        {
            // Who was let in stays while nobody can be asked.
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(exception, "Who may be in the rooms could not be looked at.");
        }
    }

    /// <summary>Whether the one who connected would still be the same: the request's session or token is asked for again.</summary>
    private async Task LookAsync(LiveConnection connection)
    {
        if (connection.Caller.MemberId is not { } member) return;
        await using var scope = scopes.CreateAsyncScope();
        var again = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (again.Request.Headers.Cookie, again.Request.Headers.Authorization, again.Connection.RemoteIpAddress) = connection.Credentials;
        var result = await again.AuthenticateAsync();
        if (result.Principal is not { } principal || !Caller.From(principal).Is(member)) _ = connection.EndAsync("signed-out");
    }

    private async Task LookAsync(Room room, CancellationToken cancellationToken)
    {
        var image = await access.FindAsync(room.Image, cancellationToken);
        foreach (var participant in room.Here())
        {
            if (image?.MayBeSeenBy(participant.Connection!.Caller) == true) continue;
            _ = participant.Connection!.TellAsync(new LiveMessage("gone", room.Number));
            rooms.Leave(room, participant);
        }
    }
}
