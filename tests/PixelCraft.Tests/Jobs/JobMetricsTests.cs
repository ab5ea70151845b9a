using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Jobs;
using Xunit;

namespace PixelCraft.Tests.Jobs;

public sealed class JobMetricsTests
{
    [Fact]
    public void Due_IsToldByKind_AndNoneOfAKindIsToldToo()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var told = new Dictionary<(string, object?), double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Scope == meters) all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told[(instrument.Name, tags[0].Value)] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told[(instrument.Name, tags[0].Value)] = value);
        listener.Start();
        var metrics = new JobMetrics(meters);

        metrics.Due([new DueJobs("mail", 2, TimeSpan.FromSeconds(5)), new DueJobs("variants", 9, TimeSpan.FromMinutes(1))]);
        Assert.Equal((2, 5, 9, 60), (told[("pixelcraft.job.queue.due", "mail")], told[("pixelcraft.job.queue.age", "mail")],
            told[("pixelcraft.job.queue.due", "variants")], told[("pixelcraft.job.queue.age", "variants")]));

        metrics.Due([new DueJobs("mail", 1, TimeSpan.FromSeconds(1))]);
        Assert.Equal((1, 0, 0), (told[("pixelcraft.job.queue.due", "mail")], told[("pixelcraft.job.queue.due", "variants")], told[("pixelcraft.job.queue.age", "variants")]));
    }
}
