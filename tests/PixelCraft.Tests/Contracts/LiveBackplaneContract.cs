using System.Collections.Concurrent;
using PixelCraft.Ids;
using PixelCraft.Live;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="ILiveBackplane"/> does while it is there.</summary>
public abstract class LiveBackplaneContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A backplane as one server and as another have it; the same where there can be only one.</summary>
    protected abstract Task<(ILiveBackplane One, ILiveBackplane Other)> CreateAsync();

    private protected static RoomUpdate Update(long sequence) => new(
        Guid.NewGuid(), sequence, UpdateKind.Changes,
        [new ParticipantState(1, Guid.NewGuid(), 2, "Ada <b> 🙂", new IdGenerator(TimeProvider.System).ForMember(), IsIdle: true), new ParticipantState(2, Guid.NewGuid(), 1, "Grace", null, IsIdle: false)],
        [new CursorState(1, 0, CursorState.Scale), new CursorState(2, CursorState.Nowhere, CursorState.Nowhere)],
        [3, 300, 70_000]);

    /// <summary>Publishes until it is heard: that a subscription has begun can't be seen from outside.</summary>
    private protected static Task UntilHeardAsync(ILiveBackplane from, string channel, ConcurrentQueue<RoomUpdate> heard)
    {
        var beat = RoomUpdate.Empty(Guid.NewGuid(), UpdateKind.Beat);
        return Eventually.TrueAsync(async () =>
        {
            await from.PublishAsync(channel, beat, Cancel);
            return heard.Any(update => update.Server == beat.Server);
        });
    }

    [Fact]
    public async Task Publish_IsHeardByEveryServer_Whole_AndInOrder()
    {
        var (one, other) = await CreateAsync();
        var (here, there) = (new ConcurrentQueue<RoomUpdate>(), new ConcurrentQueue<RoomUpdate>());
        using var first = one.Subscribe("room", here.Enqueue);
        using var second = other.Subscribe("room", there.Enqueue);
        await UntilHeardAsync(one, "room", here);
        await UntilHeardAsync(one, "room", there);
        var updates = Enumerable.Range(0, 100).Select(i => Update(i)).ToList();

        foreach (var update in updates) await one.PublishAsync("room", update, Cancel);

        await Eventually.TrueAsync(() => Heard(here).Count == 100 && Heard(there).Count == 100);
        Assert.Equivalent(updates, Heard(here), strict: true);
        Assert.Equivalent(updates, Heard(there), strict: true);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), Heard(there).Select(update => update.Sequence));
    }

    [Fact]
    public async Task Publish_ReachesOnlyItsChannel_AndNobodyWhoHasStoppedListening()
    {
        var (one, other) = await CreateAsync();
        var (a, b, ended) = (new ConcurrentQueue<RoomUpdate>(), new ConcurrentQueue<RoomUpdate>(), new ConcurrentQueue<RoomUpdate>());
        using var first = one.Subscribe("a", a.Enqueue);
        using var second = one.Subscribe("b", b.Enqueue);
        var third = one.Subscribe("a", ended.Enqueue);
        await UntilHeardAsync(other, "a", a);
        await UntilHeardAsync(other, "b", b);
        await UntilHeardAsync(other, "a", ended);

        third.Dispose();
        await other.PublishAsync("a", Update(1), Cancel);
        await other.PublishAsync("b", Update(2), Cancel);

        await Eventually.TrueAsync(() => Heard(a).Count == 1 && Heard(b).Count == 1);
        Assert.Equal(1, Heard(a)[0].Sequence);
        Assert.Equal(2, Heard(b)[0].Sequence);
        Assert.Empty(Heard(ended));
    }

    [Fact]
    public async Task Publish_NobodyListens_IsNoFault()
    {
        var (one, _) = await CreateAsync();

        await one.PublishAsync("nobody", Update(1), Cancel);
    }

    private static List<RoomUpdate> Heard(ConcurrentQueue<RoomUpdate> queue) => [.. queue.Where(update => update.Kind != UpdateKind.Beat)];
}
