using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PixelCraft.Adapters.Redis;
using PixelCraft.Jobs;

namespace PixelCraft.Tests.Adapters.Redis;

/// <summary>The servers of one test on one Redis: each has a connection of its own, and all see the same keys, which no other test does.</summary>
internal sealed class RedisTest : IAsyncDisposable
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<RedisConnection> _connections = [];

    public IMeterFactory Meters => _metrics.GetRequiredService<IMeterFactory>();

    /// <summary>A key or channel as it is named in Redis.</summary>
    public string Name(string key, bool tagged = false) => tagged ? $"{{{_prefix}:{key}}}" : $"{_prefix}:{key}";

    public RedisConnection Connect(string connection)
    {
        // Longer than the default: the machine that runs all tests at once is busy.
        var options = new RedisOptions { Connection = connection, Prefix = _prefix, Timeout = TimeSpan.FromSeconds(5) };
        var opened = new RedisConnection(connection, options, NullLoggerFactory.Instance);
        _connections.Add(opened);
        return opened;
    }

    public RedisJobQueue Queue(string connection, JobQueueOptions options) => new(Connect(connection), Options.Create(options), TimeProvider.System);

    public RedisCache Cache(string connection) => new(Connect(connection), Meters, TimeProvider.System, NullLogger<RedisCache>.Instance);

    public RedisRateLimiter Limiter(string connection) => new(Connect(connection), Meters, TimeProvider.System, NullLogger<RedisRateLimiter>.Instance);

    public RedisChangeNotices Notices(string connection) => new(Connect(connection), Meters, TimeProvider.System, NullLogger<RedisChangeNotices>.Instance);

    public RedisLiveBackplane Backplane(string connection) => new(Connect(connection), Meters, TimeProvider.System, NullLogger<RedisLiveBackplane>.Instance);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        await _metrics.DisposeAsync();
    }
}
