using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Analytics;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Analytics;

/// <summary>Which of the events that came in are counted.</summary>
public sealed class EventCopierTests : IEventStream, IEventStore, IImageLookup
{
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly FakeTimeProvider _time = new();
    private readonly List<ImageEvent> _counted = [];
    private readonly Queue<EventBatch> _batches = [];
    private Func<Id, Task<ImageRecord?>> _find = _ => Task.FromResult<ImageRecord?>(null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_OfImagesThatAreNotThere_AreLeftOut()
    {
        var (there, missing) = (CatalogueContract.NewImage(_ids), _ids.ForMember());
        _find = id => Task.FromResult(id == there.Id ? there : null);
        Send(there.Id, missing, there.Id, _ids.ForMember());
        await RunAsync();
        Assert.Equal([there.Id, there.Id], _counted.Select(one => one.Image));
        Assert.Empty(_batches);
    }

    [Fact]
    public async Task Events_WhileTheCatalogueIsAway_AreCounted()
    {
        _find = _ => throw new UnavailableException("catalogue database");
        var ids = Enumerable.Range(0, 50).Select(_ => _ids.ForMember()).ToArray();
        Send(ids);
        await RunAsync();
        Assert.Equal(ids, _counted.Select(one => one.Image));
    }

    [Fact]
    public async Task Events_WhileTheCatalogueAnswersNothing_AreCountedSoon()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _find = _ =>
        {
            asked.TrySetResult();
            return new TaskCompletionSource<ImageRecord?>().Task;
        };
        var id = _ids.ForMember();
        Send(id);
        var running = RunAsync();
        await asked.Task;
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(EventCopier.Patience);
            return running.IsCompleted;
        });
        await running;
        Assert.Equal(id, Assert.Single(_counted).Image);
    }

    Task IEventStream.AppendAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<EventBatch?> IEventStream.TakeAsync(CancellationToken cancellationToken) => Task.FromResult(_batches.TryPeek(out var batch) ? batch : null);

    Task IEventStream.EndAsync(EventBatch batch, CancellationToken cancellationToken) => Task.FromResult(_batches.Dequeue());

    Task IEventStore.AddAsync(IReadOnlyCollection<ImageEvent> events, CancellationToken cancellationToken)
    {
        _counted.AddRange(events);
        return Task.CompletedTask;
    }

    Task<IReadOnlyList<DailyCount>> IEventStore.CountsAsync(Id image, DateOnly from, DateOnly until, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<int> IEventStore.ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) => throw new NotSupportedException();

    async ValueTask<ImageRecord?> IImageLookup.FindAsync(Id id, CancellationToken cancellationToken) => await _find(id);

    private void Send(params Id[] images) =>
        _batches.Enqueue(new EventBatch([], [.. images.Select(image => new ImageEvent(Guid.NewGuid(), EventKind.Viewed, image, _time.GetUtcNow()))]));

    private async Task RunAsync()
    {
        using var copier = new EventCopier(this, this, this, _time, NullLogger<EventCopier>.Instance);
        await copier.RunAsync(Ct);
    }
}
