using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Jobs;

namespace PixelCraft.Tests.Adapters.Redis;

/// <summary>The servers of one test on one Redis: each has a connection of its own, and all see the same keys, which no other test does.</summary>
internal sealed class RedisTest : IAsyncDisposable
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<RedisConnection> _connections = [];

    public IMeterFactory Meters => _metrics.GetRequiredService<IMeterFactory>();

    public RedisConnection Connect(RedisServer server)
    {
        // Longer than the default: the machine that runs all tests at once is busy.
        var options = new RedisOptions { Connection = server.ConnectionString, Prefix = _prefix, Timeout = TimeSpan.FromSeconds(5) };
        var connection = new RedisConnection(Options.Create(options), NullLoggerFactory.Instance);
        _connections.Add(connection);
        return connection;
    }

    public RedisJobQueue Queue(RedisServer server, JobQueueOptions options) => new(Connect(server), Options.Create(options), TimeProvider.System);

    public RedisCache Cache(RedisServer server) => new(Connect(server), Meters, TimeProvider.System, NullLogger<RedisCache>.Instance);

    public RedisRateLimiter Limiter(RedisServer server) => new(Connect(server), Meters, TimeProvider.System, NullLogger<RedisRateLimiter>.Instance);

    public RedisChangeNotices Notices(RedisServer server) => new(Connect(server), Meters, TimeProvider.System, NullLogger<RedisChangeNotices>.Instance);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        await _metrics.DisposeAsync();
    }
}
