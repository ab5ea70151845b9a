using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PixelCraft.Caching;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Notices by Redis' channels: <c>{prefix}:changed:{topic}</c> carries the key. Needs PUBLISH and SUBSCRIBE on those. What is
/// published while Redis, or the way to it, is away is lost.
/// </summary>
internal sealed class RedisChangeNotices(RedisConnection redis, IMeterFactory meters, TimeProvider time, ILogger<RedisChangeNotices> logger) : IChangeNotices
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly RedisOutage _outage = new("notices", meters, time, logger);

    public async ValueTask PublishAsync(string topic, string key, CancellationToken cancellationToken) =>
        await _outage.TryAsync(async () => await (await redis.SubscriberAsync()).PublishAsync(Channel(topic), key));

    public IDisposable Subscribe(string topic, Action<string> changed)
    {
        var subscription = new Subscription();
        _ = SubscribeAsync(Channel(topic), changed, subscription);
        return subscription;
    }

    private RedisChannel Channel(string topic) => RedisChannel.Literal($"{redis.Prefix}:changed:{topic}");

    /// <summary>Until it has worked once; from then on the client renews it with every connection.</summary>
    private async Task SubscribeAsync(RedisChannel channel, Action<string> changed, Subscription subscription)
    {
        while (!subscription.Ended.IsCancellationRequested)
        {
            var (listens, _) = await _outage.TryAsync(async () =>
            {
                await (await redis.SubscriberAsync()).SubscribeAsync(channel, (_, key) =>
                {
                    if (!subscription.Ended.IsCancellationRequested) changed(key!);
                });
                return true;
            });
            if (listens) return;
            await Task.Delay(RetryInterval, time, subscription.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends with the process or the test: the channel stays subscribed with the connection, as a few topics is all there is.</summary>
    private sealed class Subscription : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        public CancellationToken Ended => _ended.Token;

        public void Dispose() => _ended.Cancel();
    }
}
