using PixelCraft.Caching;

namespace PixelCraft.Adapters.InProcess;

/// <summary>Notices within this process, heard before the call returns.</summary>
internal sealed class InProcessChangeNotices : IChangeNotices
{
    private readonly Channels<string> _channels = new();

    public ValueTask PublishAsync(string topic, string key, CancellationToken cancellationToken)
    {
        _channels.Publish(topic, key);
        return ValueTask.CompletedTask;
    }

    public IDisposable Subscribe(string topic, Action<string> changed) => _channels.Subscribe(topic, changed);
}
