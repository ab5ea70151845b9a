using PixelCraft.Analytics;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every stream of events does.</summary>
public abstract class EventStreamContract
{
    private readonly IdGenerator _ids = new(TimeProvider.System);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A process's view of a stream; each call another process's of the same one.</summary>
    private protected abstract Task<IEventStream> OpenAsync();

    /// <summary>One that can't be reached.</summary>
    private protected abstract Task<IEventStream> OpenUnreachableAsync();

    [Fact]
    public async Task Take_GivesWhatWasAppended_OldestFirst_AndNothingMoreOnceItIsEnded()
    {
        var stream = await OpenAsync();
        Assert.Null(await stream.TakeAsync(Cancellation));
        var events = Events(500);
        await stream.AppendAsync(events[..200], Cancellation);
        await stream.AppendAsync(events[200..], Cancellation);
        Assert.Equal(events, await DrainAsync(stream));
        Assert.Null(await stream.TakeAsync(Cancellation));
    }

    [Fact]
    public async Task Append_ByManyAtOnce_LosesNone()
    {
        var streams = new[] { await OpenAsync(), await OpenAsync() };
        var events = Events(400);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => streams[i % 2].AppendAsync(events[(i * 10)..(i * 10 + 10)], Cancellation))));
        var taken = new List<ImageEvent>();
        // What is written at this moment by the other process may come later.
        foreach (var stream in streams.Concat(streams)) taken.AddRange(await DrainAsync(stream));
        Assert.Equal(events.Select(one => one.Id).Order(), taken.Select(one => one.Id).Order());
    }

    [Fact]
    public async Task Take_ByTwo_GivesNobodyWhatAnotherHas()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync());
        var events = Events(10);
        await one.AppendAsync(events, Cancellation);
        var taken = await one.TakeAsync(Cancellation);
        Assert.Equal(events, taken!.Events);
        Assert.Null(await other.TakeAsync(Cancellation));
        await one.EndAsync(taken, Cancellation);
        Assert.Null(await other.TakeAsync(Cancellation));
    }

    [Fact]
    public async Task Calls_WhenItIsAway_SayUnavailable()
    {
        var stream = await OpenUnreachableAsync();
        await Assert.ThrowsAsync<UnavailableException>(() => stream.AppendAsync(Events(1), Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => stream.TakeAsync(Cancellation));
    }

    private protected List<ImageEvent> Events(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new ImageEvent(Guid.NewGuid(), (EventKind)(i % 3), _ids.ForMember(), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + i)))];

    private protected static async Task<List<ImageEvent>> DrainAsync(IEventStream stream)
    {
        var all = new List<ImageEvent>();
        while (await stream.TakeAsync(Cancellation) is { } batch)
        {
            all.AddRange(batch.Events);
            await stream.EndAsync(batch, Cancellation);
        }
        return all;
    }
}
