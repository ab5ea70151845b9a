using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PixelCraft.Caching;

namespace PixelCraft.Adapters.Redis;

/// <summary>Notices by <see cref="RedisChannels"/>: <c>{prefix}:changed:{topic}</c> carries the key.</summary>
internal sealed class RedisChangeNotices(RedisConnection redis, IMeterFactory meters, TimeProvider time, ILogger<RedisChangeNotices> logger) : IChangeNotices
{
    private readonly RedisChannels _channels = new("notices", redis, meters, time, logger);

    public ValueTask PublishAsync(string topic, string key, CancellationToken cancellationToken) => _channels.PublishAsync($"changed:{topic}", key);

    public IDisposable Subscribe(string topic, Action<string> changed) => _channels.Subscribe($"changed:{topic}", key => changed(key!));
}
