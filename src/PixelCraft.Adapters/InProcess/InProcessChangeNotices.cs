using System.Collections.Concurrent;
using PixelCraft.Caching;

namespace PixelCraft.Adapters.InProcess;

/// <summary>Notices within this process, heard before the call returns.</summary>
internal sealed class InProcessChangeNotices : IChangeNotices
{
    private readonly ConcurrentDictionary<Subscription, byte> _subscriptions = new();

    public ValueTask PublishAsync(string topic, string key, CancellationToken cancellationToken)
    {
        foreach (var (subscription, _) in _subscriptions)
            if (subscription.Topic == topic) subscription.Changed(key);
        return ValueTask.CompletedTask;
    }

    public IDisposable Subscribe(string topic, Action<string> changed)
    {
        var subscription = new Subscription(this, topic, changed);
        _subscriptions[subscription] = 0;
        return subscription;
    }

    private sealed class Subscription(InProcessChangeNotices notices, string topic, Action<string> changed) : IDisposable
    {
        public string Topic => topic;

        public Action<string> Changed => changed;

        public void Dispose() => notices._subscriptions.TryRemove(this, out _);
    }
}
