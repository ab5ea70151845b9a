using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Live;

/// <summary>Tells other servers that this one lives. Alone, so that nothing slow makes them believe the contrary.</summary>
internal sealed class RoomBeat(Rooms rooms, TimeProvider time, ILogger<RoomBeat> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rooms.BeatInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await rooms.BeatAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogError(exception, "Other servers could not be told that this one lives.");
            }
        }
    }
}
