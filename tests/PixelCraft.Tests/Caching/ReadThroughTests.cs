using PixelCraft.Caching;
using Xunit;

namespace PixelCraft.Tests.Caching;

public sealed class ReadThroughTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_ManyAtOnce_ReadsOnceForAll()
    {
        var (reads, open) = (0, new TaskCompletionSource());
        var copies = new ReadThrough<int, string>(10);
        async Task<string?> ReadAsync(int id)
        {
            Interlocked.Increment(ref reads);
            await open.Task;
            return $"{id}";
        }

        using var gone = new CancellationTokenSource();
        var first = copies.LoadAsync(1, ReadAsync, gone.Token);
        var others = Enumerable.Range(0, 100).Select(_ => copies.LoadAsync(1, ReadAsync, Cancel)).ToList();

        // The one who began goes; the others still wait for what was begun.
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        open.SetResult();
        Assert.All(await Task.WhenAll(others), text => Assert.Equal("1", text));
        Assert.Equal(1, reads);
        Assert.True(copies.TryGet(1, out _));
    }

    [Fact]
    public async Task Load_AfterAChange_DoesNotWaitForWhatWasReadBefore()
    {
        var copies = new ReadThrough<int, string>(10);
        var before = new TaskCompletionSource<string?>();
        var old = copies.LoadAsync(1, _ => before.Task, Cancel);
        copies.Forget(1);

        Assert.Equal("new", await copies.LoadAsync(1, _ => Task.FromResult<string?>("new"), Cancel));

        before.SetResult("old");
        Assert.Equal("old", await old);
        Assert.True(copies.TryGet(1, out var kept));
        Assert.Equal("new", kept);
    }

    [Fact]
    public async Task Load_Fails_ForAllWhoWait_AndTheNextReadsAgain()
    {
        var copies = new ReadThrough<int, string>(10);
        var reading = new TaskCompletionSource<string?>();
        var waiting = Enumerable.Range(0, 3).Select(_ => copies.LoadAsync(1, _ => reading.Task, Cancel)).ToList();
        reading.SetException(new UnavailableException("catalogue"));

        foreach (var one in waiting) await Assert.ThrowsAsync<UnavailableException>(() => one);
        Assert.Equal("now", await copies.LoadAsync(1, _ => Task.FromResult<string?>("now"), Cancel));
    }
}
