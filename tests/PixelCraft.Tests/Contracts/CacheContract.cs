using System.Text;
using PixelCraft.Caching;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="ICache"/> does while it is there.</summary>
public abstract class CacheContract
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly byte[] One = "one"u8.ToArray();
    private static readonly byte[] Two = "two"u8.ToArray();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty cache; every test has one of its own.</summary>
    protected abstract Task<ICache> CreateAsync();

    [Fact]
    public async Task Get_NothingThere_IsNull()
    {
        var cache = await CreateAsync();

        Assert.Null(await cache.GetAsync("image:1", Cancel));
    }

    [Fact]
    public async Task Set_OverAnother_Replaces()
    {
        var cache = await CreateAsync();
        await cache.SetAsync("image:1", One, Hour, Cancel);
        await cache.SetAsync("image:2", One, Hour, Cancel);
        Assert.True(await cache.SetAsync("image:1", Two, Hour, Cancel));

        Assert.Equal(Two, await cache.GetAsync("image:1", Cancel));
        Assert.Equal(One, await cache.GetAsync("image:2", Cancel));
    }

    [Fact]
    public async Task Add_OverAnother_DoesNotDisplace()
    {
        var cache = await CreateAsync();

        Assert.True(await cache.AddAsync("image:1", One, Hour, Cancel));
        Assert.False(await cache.AddAsync("image:1", Two, Hour, Cancel));
        Assert.Equal(One, await cache.GetAsync("image:1", Cancel));
    }

    [Fact]
    public async Task Add_ManyAtOnce_OneWins()
    {
        var cache = await CreateAsync();

        var won = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            () => cache.AddAsync("image:1", Encoding.UTF8.GetBytes($"{i}"), Hour, Cancel).AsTask(), Cancel)));

        var winner = Assert.Single(Enumerable.Range(0, 50), i => won[i]);
        Assert.Equal($"{winner}", Encoding.UTF8.GetString((await cache.GetAsync("image:1", Cancel))!));
    }

    [Fact]
    public async Task Remove_MakesRoomForAdd()
    {
        var cache = await CreateAsync();
        await cache.SetAsync("image:1", One, Hour, Cancel);

        Assert.True(await cache.RemoveAsync("image:1", Cancel));
        Assert.True(await cache.RemoveAsync("image:1", Cancel));

        Assert.Null(await cache.GetAsync("image:1", Cancel));
        Assert.True(await cache.AddAsync("image:1", Two, Hour, Cancel));
    }

    [Fact]
    public async Task Get_Expired_IsNull()
    {
        var cache = await CreateAsync();
        await cache.SetAsync("image:1", One, TimeSpan.FromMilliseconds(500), Cancel);
        await cache.AddAsync("image:2", One, TimeSpan.FromMilliseconds(500), Cancel);
        await cache.SetAsync("image:3", One, Hour, Cancel);
        Assert.NotNull(await cache.GetAsync("image:1", Cancel));

        await Eventually.TrueAsync(async () => await cache.GetAsync("image:1", Cancel) is null && await cache.GetAsync("image:2", Cancel) is null);

        Assert.True(await cache.AddAsync("image:1", Two, Hour, Cancel));
        Assert.NotNull(await cache.GetAsync("image:3", Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    public async Task Get_ValueOfAnySize_IsWhatWasSet(int size)
    {
        var cache = await CreateAsync();
        var value = new byte[size];
        new Random(size).NextBytes(value);
        await cache.SetAsync(new string('k', 200), value, Hour, Cancel);

        Assert.Equal(value, await cache.GetAsync(new string('k', 200), Cancel));
    }

    [Fact]
    public async Task Get_ChangedByTheCaller_IsNotChangedInTheCache()
    {
        var cache = await CreateAsync();
        var value = One.ToArray();
        await cache.SetAsync("image:1", value, Hour, Cancel);
        value[0] = 0;
        (await cache.GetAsync("image:1", Cancel))![0] = 0;

        Assert.Equal(One, await cache.GetAsync("image:1", Cancel));
    }

    [Fact]
    public async Task Arguments_OutOfRange_AreRefused()
    {
        var cache = await CreateAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.SetAsync("k", new byte[64 * 1024 + 1], Hour, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.AddAsync("k", One, TimeSpan.Zero, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.GetAsync("", Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.RemoveAsync(new string('k', 201), Cancel));
    }
}
