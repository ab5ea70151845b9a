using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Ids;
using PixelCraft.Live;
using PixelCraft.Live.Contracts;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>What a room does about updates of another server that it has missed.</summary>
public sealed class RoomGapTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Gap_RightAfterAQuestion_IsAskedForWhenTheOtherServerBeats()
    {
        var backplane = new Recorder();
        using var room = new Room(new IdGenerator(_time).ForMember(), default, 1, Guid.NewGuid(), backplane, new LiveOptions(), _time, NullLogger.Instance);
        var update = RoomUpdate.Empty(Guid.NewGuid(), UpdateKind.Changes) with { Sequence = 5 };
        Assert.Equal(1, backplane.Asks); // a new room asks once, and the answer may come before it listens

        backplane.Received(update);
        Assert.Equal(1, backplane.Asks); // it has asked just now

        _time.Advance(TimeSpan.FromSeconds(4));
        backplane.Received(update with { Kind = UpdateKind.Beat });
        Assert.Equal(2, backplane.Asks);

        backplane.Received(update with { Kind = UpdateKind.Whole });
        _time.Advance(TimeSpan.FromSeconds(4));
        backplane.Received(update with { Kind = UpdateKind.Beat });
        Assert.Equal(2, backplane.Asks);
    }

    private sealed class Recorder : ILiveBackplane, IDisposable
    {
        public int Asks { get; private set; }

        public Action<RoomUpdate> Received { get; private set; } = _ => { };

        public ValueTask PublishAsync(string channel, RoomUpdate update, CancellationToken cancellationToken)
        {
            if (update.Kind == UpdateKind.Ask) Asks++;
            return ValueTask.CompletedTask;
        }

        public IDisposable Subscribe(string channel, Action<RoomUpdate> received)
        {
            Received = received;
            return this;
        }

        public void Dispose()
        {
        }
    }
}
