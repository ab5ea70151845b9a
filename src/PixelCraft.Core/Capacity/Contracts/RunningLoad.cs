using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace PixelCraft.Capacity.Contracts;

/// <summary>
/// What this process carries: its open connections, sockets among them, by the metric that Kestrel keeps of them. It is heard of once a connection and
/// not once a request, so that knowing it costs nothing.
/// </summary>
public sealed class RunningLoad : IHostedService, IDisposable
{
    private const string Meter = "Microsoft.AspNetCore.Server.Kestrel";
    private const string Metric = "kestrel.active_connections";

    private readonly MeterListener _listener = new();
    private long _connections;
    private long _most;

    /// <summary>Connections that are open now.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>The most that were open at a time since the start.</summary>
    public long Most => Interlocked.Read(ref _most);

    /// <summary>The users whose peak hour would open as many; null when theirs opens none.</summary>
    public static double? UsersFor(long connections, Inputs inputs)
    {
        var perUser = new Loads(inputs, hasEdge: true).Of("all_connections", 1);
        return perUser > 0 ? connections / perUser : null;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meter && instrument.Name == Metric) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) =>
        {
            var now = Interlocked.Add(ref _connections, change);
            for (var most = Most; now > most && Interlocked.CompareExchange(ref _most, now, most) != most; most = Most) { }
        });
        _listener.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
