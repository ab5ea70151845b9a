namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// Wakes everybody who waits. Nothing is missed by who takes <see cref="Next"/> before looking at what it waits for.
/// </summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends at the next <see cref="Beat"/>.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat() => Interlocked.Exchange(ref _next, New()).SetResult();

    // Waiters go on elsewhere, not inside of the one who wakes them.
    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
