using PixelCraft.Caching;

namespace PixelCraft.Images;

/// <summary>
/// Whether a worker reads HEIC: the converter is needed where files are decoded, and not where they arrive. Workers say so in the cache,
/// since a cache that forgets it hears it again within <see cref="Interval"/>.
/// </summary>
internal sealed class HeicSupport(ICache cache, TimeProvider time)
{
    /// <summary>How often a worker says so: 20 s.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private const string Key = "heic-workers";

    /// <summary>How long a server believes what it has read once: so long may the cache be away. A file that no worker reads any more waits for one.</summary>
    private static readonly TimeSpan Believed = TimeSpan.FromHours(1);

    private long _read = long.MinValue; // Ticks of UTC.

    /// <summary>Says for three intervals that a worker reads HEIC.</summary>
    public async Task SayAsync(CancellationToken cancellationToken) => await cache.SetAsync(Key, new byte[] { 1 }, 3 * Interval, cancellationToken);

    /// <summary>Whether a worker has said so within its time, or within the hour as far as this server has read it.</summary>
    public async ValueTask<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcTicks;
        if (await cache.GetAsync(Key, cancellationToken) is not null)
        {
            Volatile.Write(ref _read, now);
            return true;
        }
        return Volatile.Read(ref _read) is var read && read >= now - Believed.Ticks;
    }
}
