namespace PixelCraft.Server.Health;

/// <summary>
/// Goes on serving for a while after the signal to stop. Readiness answers 503 from the signal on, so load balancers have
/// the time to notice before the port is closed.
/// </summary>
/// <param name="delay">How long; 0 closes it at once.</param>
/// <param name="time">The clock.</param>
internal sealed class StopDelay(TimeSpan delay, TimeProvider time) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        delay > TimeSpan.Zero ? Task.Delay(delay, time, cancellationToken) : Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
