using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Images.Formats;

namespace PixelCraft.Images;

/// <summary>Says on a worker that it reads HEIC, where it does.</summary>
internal sealed class HeicNotice(HeicSupport support, TimeProvider time, ILogger<HeicNotice> log) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (HeicConverter.Path is null) log.LogInformation("{Reason}", HeicConverter.HowToGetIt);
        // Before the first request in the same process.
        else await support.SayAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (HeicConverter.Path is null) return;
        using var timer = new PeriodicTimer(HeicSupport.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await support.SayAsync(stoppingToken);
    }
}
