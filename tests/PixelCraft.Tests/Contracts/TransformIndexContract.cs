using PixelCraft.Ids;
using PixelCraft.Images;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every index of variants on demand does.</summary>
public abstract class TransformIndexContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 1, 2, 3, TimeSpan.Zero);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private ITransformIndex _index = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty index.</summary>
    private protected abstract Task<ITransformIndex> CreateAsync();

    /// <summary>One whose database can't be reached.</summary>
    private protected abstract ITransformIndex CreateUnreachable();

    public async ValueTask InitializeAsync() => _index = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task List_GivesTheImagesOwn_OldestFirst()
    {
        var (one, other) = (_ids.ForMember(), _ids.ForMember());
        Assert.Empty(await _index.ListAsync(one, Cancellation));
        await _index.AddAsync(one, "w2.webp", Now.AddSeconds(2), Cancellation);
        await _index.AddAsync(one, "w1.webp", Now.AddSeconds(3), Cancellation);
        await _index.AddAsync(one, "w3.jpg", Now.AddSeconds(1), Cancellation);
        await _index.AddAsync(other, "w1.webp", Now, Cancellation);
        Assert.Equal(["w3.jpg", "w2.webp", "w1.webp"], await _index.ListAsync(one, Cancellation));
        Assert.Equal(["w1.webp"], await _index.ListAsync(other, Cancellation));
    }

    [Fact]
    public async Task Add_OfWhatIsThere_ChangesNothing_AlsoByManyAtOnce()
    {
        var image = _ids.ForMember();
        await _index.AddAsync(image, "w1.webp", Now, Cancellation);
        await _index.AddAsync(image, "w2.webp", Now.AddSeconds(1), Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => _index.AddAsync(image, "w1.webp", Now.AddSeconds(9), Cancellation))));
        Assert.Equal(["w1.webp", "w2.webp"], await _index.ListAsync(image, Cancellation));
    }

    [Fact]
    public async Task Remove_TakesOneAway_AndTwiceIsNoError()
    {
        var image = _ids.ForMember();
        await _index.AddAsync(image, "w1.webp", Now, Cancellation);
        await _index.AddAsync(image, "w2.webp", Now, Cancellation);
        await _index.RemoveAsync(image, "w1.webp", Cancellation);
        await _index.RemoveAsync(image, "w1.webp", Cancellation);
        Assert.Equal(["w2.webp"], await _index.ListAsync(image, Cancellation));
    }

    [Fact]
    public async Task EveryCall_WhenTheDatabaseIsAway_SaysThatItIsUnavailable()
    {
        var away = CreateUnreachable();
        await Assert.ThrowsAsync<UnavailableException>(() => away.AddAsync(_ids.ForMember(), "w1.webp", Now, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.ListAsync(_ids.ForMember(), Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.RemoveAsync(_ids.ForMember(), "w1.webp", Cancellation));
    }
}
