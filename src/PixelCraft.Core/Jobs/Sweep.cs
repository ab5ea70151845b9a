using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Jobs;

/// <summary>Something that a worker does at its start and then again and again. A round that fails since something is away is left to the next.</summary>
/// <param name="interval">From one round to the next.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told that a round failed.</param>
internal abstract class Sweep(TimeSpan interval, TimeProvider time, ILogger log) : BackgroundService
{
    protected TimeProvider Time => time;

    /// <summary>One round.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is UnavailableException or StorageFullException)
            {
                log.LogWarning("{Sweep} waits for its next round: {Reason}", GetType().Name, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
