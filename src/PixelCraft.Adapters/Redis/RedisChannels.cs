using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Redis' channels, for adapters that may lose what is published while Redis, or the way to it, is away. On a cluster each goes by way of one node,
/// as keys go: messages that enter at several overtake one another. Needs PUBLISH and SUBSCRIBE.
/// </summary>
/// <param name="use">What the log and the metric call it when Redis is away.</param>
/// <param name="redis">The connection.</param>
/// <param name="meters">For the metric.</param>
/// <param name="time">Counts the pauses.</param>
/// <param name="logger">Is told when Redis is away, and back.</param>
internal sealed class RedisChannels(string use, RedisConnection redis, IMeterFactory meters, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly RedisOutage _outage = new(use, meters, time, logger);

    public async ValueTask PublishAsync(string channel, RedisValue message) =>
        await _outage.TryAsync(async () => await (await redis.SubscriberAsync()).PublishAsync(Channel(channel), message));

    /// <summary>Hears what is published, in order, until the result is disposed.</summary>
    public IDisposable Subscribe(string channel, Action<RedisValue> received)
    {
        var subscription = new Subscription();
        _ = SubscribeAsync(Channel(channel), received, subscription);
        return subscription;
    }

    private RedisChannel Channel(string name) => RedisChannel.Literal($"{redis.Prefix}:{name}").WithKeyRouting();

    /// <summary>Until it has worked once; from then on the client renews it with every connection.</summary>
    private async Task SubscribeAsync(RedisChannel channel, Action<RedisValue> received, Subscription subscription)
    {
        while (!subscription.Ended.IsCancellationRequested)
        {
            var (_, queue) = await _outage.TryAsync(async () => await (await redis.SubscriberAsync()).SubscribeAsync(channel));
            if (queue is not null)
            {
                // By the queue, since handlers of the client's other kind run side by side and out of order.
                queue.OnMessage(message =>
                {
                    if (!subscription.Ended.IsCancellationRequested) received(message.Message);
                });
                await Task.Delay(Timeout.InfiniteTimeSpan, time, subscription.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await _outage.TryAsync(async () =>
                {
                    await queue.UnsubscribeAsync();
                    return true;
                });
                return;
            }

            await Task.Delay(RetryInterval, time, subscription.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Subscription : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        public CancellationToken Ended => _ended.Token;

        public void Dispose() => _ended.Cancel();
    }
}
