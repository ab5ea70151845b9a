using PixelCraft.Analytics;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store of events does.</summary>
public abstract class EventStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 5, 1);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IEventStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    private protected abstract Task<IEventStore> CreateAsync();

    /// <summary>One whose database can't be reached.</summary>
    private protected abstract IEventStore CreateUnreachable();

    public async ValueTask InitializeAsync() => _store = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Add_CountsByImageDayAndKind()
    {
        var (image, other) = (_ids.ForMember(), _ids.ForMember());
        await _store.AddAsync(
            [
                One(image), One(image), One(image, EventKind.Downloaded), One(other),
                One(image, at: Noon.AddHours(11)), One(image, at: Noon.AddHours(12)), One(image, at: Noon.AddHours(-13)),
            ],
            Cancellation);
        await _store.AddAsync([One(image)], Cancellation);
        await _store.AddAsync([], Cancellation);
        Assert.Equal(
            [new(Day.AddDays(-1), EventKind.Viewed, 1), new(Day, EventKind.Viewed, 4), new(Day, EventKind.Downloaded, 1), new(Day.AddDays(1), EventKind.Viewed, 1)],
            await _store.CountsAsync(image, Day.AddDays(-9), Day.AddDays(9), Cancellation));
        Assert.Equal([new(Day, EventKind.Viewed, 1)], await _store.CountsAsync(other, Day, Day, Cancellation));
        Assert.Empty(await _store.CountsAsync(image, Day.AddDays(2), Day.AddDays(9), Cancellation));
    }

    [Fact]
    public async Task Add_OfWhatWasCounted_CountsOnce()
    {
        var image = _ids.ForMember();
        var events = Enumerable.Range(0, 100).Select(_ => One(image)).ToList();
        await _store.AddAsync(events[..60], Cancellation);
        // Some again, some twice in one batch.
        await _store.AddAsync([.. events[30..], .. events[90..]], Cancellation);
        Assert.Equal([new(Day, EventKind.Viewed, 100)], await _store.CountsAsync(image, Day, Day, Cancellation));
    }

    [Fact]
    public async Task Add_ByManyAtOnce_CountsEachOnce()
    {
        var images = Enumerable.Range(0, 5).Select(_ => _ids.ForMember()).ToList();
        var events = Enumerable.Range(0, 400).Select(i => One(images[i % 5])).ToList();
        // Each batch by two workers, in different orders.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            _store.AddAsync([.. events.Skip(i / 2 * 100).Take(100).OrderBy(one => i % 2 == 0 ? one.Image : default)], Cancellation))));
        foreach (var image in images) Assert.Equal([new(Day, EventKind.Viewed, 80)], await _store.CountsAsync(image, Day, Day, Cancellation));
    }

    [Fact]
    public async Task Forget_KeepsTheCounts()
    {
        var image = _ids.ForMember();
        var (old, young) = (One(image, at: Noon.AddHours(-1)), One(image, at: Noon));
        await _store.AddAsync([old, young], Cancellation);
        Assert.Equal(1, await _store.ForgetAsync(Noon, Cancellation));
        Assert.Equal([new(Day, EventKind.Viewed, 2)], await _store.CountsAsync(image, Day, Day, Cancellation));
        await _store.AddAsync([young], Cancellation);
        Assert.Equal([new(Day, EventKind.Viewed, 2)], await _store.CountsAsync(image, Day, Day, Cancellation));
    }

    [Fact]
    public async Task Calls_WhenItIsAway_SayUnavailable()
    {
        var store = CreateUnreachable();
        await Assert.ThrowsAsync<UnavailableException>(() => store.AddAsync([One(_ids.ForMember())], Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => store.CountsAsync(_ids.ForMember(), Day, Day, Cancellation));
    }

    private static ImageEvent One(Id image, EventKind kind = EventKind.Viewed, DateTimeOffset? at = null) => new(Guid.NewGuid(), kind, image, at ?? Noon);
}
