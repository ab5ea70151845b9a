using System.Diagnostics.Metrics;
using MessagePack;
using Microsoft.Extensions.Logging;
using PixelCraft.Live;

namespace PixelCraft.Adapters.Redis;

/// <summary>The live backplane by <see cref="RedisChannels"/>: <c>{prefix}:live:{channel}</c> carries updates as <see cref="RoomUpdateFormat"/> writes them.</summary>
internal sealed class RedisLiveBackplane(RedisConnection redis, IMeterFactory meters, TimeProvider time, ILogger<RedisLiveBackplane> logger) : ILiveBackplane
{
    private readonly RedisChannels _channels = new("live backplane", redis, meters, time, logger);

    public ValueTask PublishAsync(string channel, RoomUpdate update, CancellationToken cancellationToken) =>
        _channels.PublishAsync($"live:{channel}", RoomUpdateFormat.Write(update));

    public IDisposable Subscribe(string channel, Action<RoomUpdate> received) => _channels.Subscribe($"live:{channel}", message =>
    {
        try
        {
            received(RoomUpdateFormat.Read((byte[])message!));
        }
        catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException or OverflowException or FormatException)
        {
            logger.LogWarning(exception, "An update of a room can't be read; another version of PixelCraft may have sent it.");
        }
    });
}
