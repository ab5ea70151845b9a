using PixelCraft.Live;

namespace PixelCraft.Adapters.InProcess;

/// <summary>Updates within this process, heard before the call returns.</summary>
internal sealed class InProcessLiveBackplane : ILiveBackplane
{
    private readonly Channels<RoomUpdate> _channels = new();

    public ValueTask PublishAsync(string channel, RoomUpdate update, CancellationToken cancellationToken)
    {
        _channels.Publish(channel, update);
        return ValueTask.CompletedTask;
    }

    public IDisposable Subscribe(string channel, Action<RoomUpdate> received) => _channels.Subscribe(channel, received);
}
