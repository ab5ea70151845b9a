using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PixelCraft.Adapters.Redis;

/// <summary>The connections of this process: one, or two where the cache has a Redis of its own.</summary>
internal sealed class RedisConnections : IAsyncDisposable
{
    public RedisConnections(IOptions<RedisOptions> options, ILoggerFactory loggers)
    {
        Main = new RedisConnection(options.Value.Connection, options.Value, loggers);
        Cache = options.Value.Cache.Length > 0 ? new RedisConnection(options.Value.Cache, options.Value, loggers) : Main;
    }

    /// <summary>For what must not be evicted: sessions, limits and jobs; and for notices.</summary>
    public RedisConnection Main { get; }

    /// <summary>For what may be evicted at any time.</summary>
    public RedisConnection Cache { get; }

    public async ValueTask DisposeAsync()
    {
        await Main.DisposeAsync();
        if (Cache != Main)
            await Cache.DisposeAsync();
    }
}
