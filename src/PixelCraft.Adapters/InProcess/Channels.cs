using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace PixelCraft.Adapters.InProcess;

/// <summary>Tells within this process, by channel; all who listen have heard before the call returns.</summary>
internal sealed class Channels<T>
{
    private readonly ConcurrentDictionary<string, ImmutableArray<Subscription>> _channels = new();

    public void Publish(string channel, T message)
    {
        if (!_channels.TryGetValue(channel, out var subscriptions)) return;
        foreach (var subscription in subscriptions) subscription.Received(message);
    }

    /// <summary>Listens until the result is disposed.</summary>
    public IDisposable Subscribe(string channel, Action<T> received)
    {
        var subscription = new Subscription(this, channel, received);
        _channels.AddOrUpdate(channel, _ => [subscription], (_, all) => all.Add(subscription));
        return subscription;
    }

    private void Remove(Subscription subscription)
    {
        while (_channels.TryGetValue(subscription.Channel, out var all))
        {
            var rest = all.Remove(subscription);
            var isDone = rest.IsEmpty
                ? _channels.TryRemove(new(subscription.Channel, all))
                : _channels.TryUpdate(subscription.Channel, rest, all);
            if (isDone) return;
        }
    }

    private sealed class Subscription(Channels<T> channels, string channel, Action<T> received) : IDisposable
    {
        public string Channel => channel;

        public Action<T> Received => received;

        public void Dispose() => channels.Remove(this);
    }
}
