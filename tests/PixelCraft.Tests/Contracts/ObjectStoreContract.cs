using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What <see cref="IObjectStore"/> promises, for every adapter.</summary>
public abstract class ObjectStoreContract
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    protected abstract Task<IObjectStore> CreateAsync();

    /// <summary>A store that worked once and whose back-end is away now.</summary>
    protected abstract Task<IObjectStore> CreateAwayAsync();

    /// <summary>How many unfinished uploads the store of the last <see cref="CreateAsync"/> keeps.</summary>
    protected abstract Task<int> LeftoversAsync();

    [Fact]
    public async Task Open_AfterPut_GivesWhatWasPut()
    {
        var store = await CreateAsync();
        var before = DateTimeOffset.UtcNow.AddSeconds(-2);

        var stored = await store.PutAsync("originals/a", new MemoryStream(Bytes(1_000)), "image/jpeg", Ct);

        Assert.Equal(("originals/a", 1_000, "image/jpeg"), (stored.Key, stored.Length, stored.ContentType));
        Assert.InRange(stored.ModifiedAt, before, DateTimeOffset.UtcNow.AddSeconds(2));
        await using var reader = await store.OpenAsync("originals/a", null, Ct);
        Assert.Equal(Bytes(1_000), await ReadAsync(reader!));
        Assert.Equal(stored with { ModifiedAt = default }, reader!.Info with { ModifiedAt = default });
        var found = await store.FindAsync("originals/a", Ct);
        Assert.Equal(reader.Info, found);
        Assert.InRange(found!.ModifiedAt, before, DateTimeOffset.UtcNow.AddSeconds(2));
    }

    [Fact]
    public async Task Calls_NothingThere_SayNothing()
    {
        var store = await CreateAsync();

        Assert.Null(await store.FindAsync("a", Ct));
        Assert.Null(await store.OpenAsync("a", null, Ct));
        Assert.Null(await store.OpenAsync("a", new ByteRange(0, 1), Ct));
        await store.DeleteAsync("a", Ct);
    }

    [Fact]
    public async Task Delete_Twice_RemovesThatObjectOnly()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 10);
        await PutAsync(store, "a/b", 20);

        await store.DeleteAsync("a", Ct);
        await store.DeleteAsync("a", Ct);

        Assert.Null(await store.FindAsync("a", Ct));
        Assert.Equal(20, (await store.FindAsync("a/b", Ct))!.Length);
    }

    [Fact]
    public async Task Put_AgainAfterDelete_IsThere()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 10);
        await store.DeleteAsync("a", Ct);

        await PutAsync(store, "a", 20);

        Assert.Equal(20, (await store.FindAsync("a", Ct))!.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 * 1024 * 1024 - 1)]
    [InlineData(8 * 1024 * 1024)]
    [InlineData(8 * 1024 * 1024 + 1)]
    [InlineData(40_000_000)]
    public async Task Put_AnyLength_ComesBack(int length)
    {
        var store = await CreateAsync();

        var stored = await store.PutAsync("a", new GeneratedStream(length), "application/octet-stream", Ct);

        Assert.Equal(length, stored.Length);
        Assert.Equal(length, (await store.FindAsync("a", Ct))!.Length);
        await using var reader = await store.OpenAsync("a", null, Ct);
        Assert.Equal(length, await GeneratedStream.VerifyAsync(reader!.Content, 0, Ct));
        Assert.Equal(0, await LeftoversAsync());
    }

    [Fact]
    public async Task Put_SameKey_Replaces()
    {
        var store = await CreateAsync();
        await store.PutAsync("a", new MemoryStream([1, 2, 3]), "image/png", Ct);

        await store.PutAsync("a", new MemoryStream([4]), "image/webp", Ct);

        await using var reader = await store.OpenAsync("a", null, Ct);
        Assert.Equal([4], await ReadAsync(reader!));
        Assert.Equal(("image/webp", 1), (reader!.Info.ContentType, reader.Info.Length));
    }

    [Fact]
    public async Task Put_ReadersMeanwhile_SeeOneObjectWhole()
    {
        var store = await CreateAsync();
        await PutFilledAsync(store, "a", 0);
        using var done = new CancellationTokenSource();
        using var reading = new CountdownEvent(4);

        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                var seen = 0;
                // At least once after the last write too.
                for (var last = false; !last; seen++)
                {
                    last = done.IsCancellationRequested;
                    await using var reader = await store.OpenAsync("a", null, Ct);
                    AssertFilled(await ReadAsync(reader!), reader!.Info);
                    if (seen == 0) reading.Signal();
                }
                return seen;
            },
            Ct)).ToArray();
        // Twenty quick writes could be over before a reader of a busy machine has begun.
        await Task.WhenAny([Task.Run(() => reading.Wait(Ct), Ct), .. readers]);
        for (byte i = 1; i <= 20; i++) await PutFilledAsync(store, "a", i);
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(readers), seen => Assert.True(seen > 1));
    }

    [Fact]
    public async Task Put_SixtyFourAtOnce_LeaveOneWhole()
    {
        var store = await CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => PutFilledAsync(store, "a", (byte)i), Ct)));

        await using var reader = await store.OpenAsync("a", null, Ct);
        AssertFilled(await ReadAsync(reader!), reader!.Info);
        Assert.Equal(0, await LeftoversAsync());
    }

    [Fact]
    public async Task List_OfAPrefix_GivesItsObjectsOnce()
    {
        var store = await CreateAsync();
        Assert.Empty(await ListAsync(store, "a/"));
        // More than a page of S3.
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_100), Ct, async (i, _) => await PutAsync(store, $"a/{i}", 1 + i % 7));
        await PutAsync(store, "ab/1", 9);
        await PutAsync(store, "b", 9);
        await store.DeleteAsync("a/5", Ct);
        var before = DateTimeOffset.UtcNow.AddMinutes(-10);

        var found = await ListAsync(store, "a/");

        Assert.Equal(Enumerable.Range(0, 1_100).Where(i => i != 5).Select(i => ($"a/{i}", 1L + i % 7)).Order(), found.Select(o => (o.Key, o.Length)).Order());
        Assert.All(found, o => Assert.InRange(o.ModifiedAt, before, DateTimeOffset.UtcNow.AddSeconds(2)));
    }

    [Fact]
    public async Task List_StoreAway_SaysUnavailable()
    {
        var store = await CreateAwayAsync();
        await Assert.ThrowsAsync<UnavailableException>(() => ListAsync(store, "a/"));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 1_000)]
    [InlineData(999, 1)]
    [InlineData(500, 250)]
    public async Task Open_Range_GivesThoseBytesAndTheWholeLength(long offset, long length)
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 1_000);

        await using var reader = await store.OpenAsync("a", new ByteRange(offset, length), Ct);

        Assert.Equal(Bytes(1_000)[(int)offset..(int)(offset + length)], await ReadAsync(reader!));
        Assert.Equal(1_000, reader!.Info.Length);
    }

    [Theory]
    [InlineData(1_000, 1)]
    [InlineData(0, 1_001)]
    [InlineData(999, 2)]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(5, long.MaxValue)]
    [InlineData(long.MaxValue, 1)]
    public async Task Open_RangeBeyondTheObject_Throws(long offset, long length)
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 1_000);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.OpenAsync("a", new ByteRange(offset, length), Ct));
    }

    [Fact]
    public async Task Open_RangeOfAnEmptyObject_Throws()
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 0);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.OpenAsync("a", new ByteRange(0, 1), Ct));
    }

    [Fact]
    public async Task Open_RangeAcrossParts_GivesThoseBytes()
    {
        var store = await CreateAsync();
        await store.PutAsync("a", new GeneratedStream(20_000_000), "image/png", Ct);

        await using var reader = await store.OpenAsync("a", new ByteRange(8_388_000, 2_000), Ct);

        Assert.Equal(2_000, await GeneratedStream.VerifyAsync(reader!.Content, 8_388_000, Ct));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000_000)]
    public async Task Put_ContentThrows_PassesItThroughAndChangesNothing(int after)
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 10);
        var fault = new IOException("The client went away.");

        var thrown = await Assert.ThrowsAsync<IOException>(
            () => store.PutAsync("a", new GeneratedStream(50_000_000) { At = after, Then = () => throw fault }, "image/png", Ct));

        Assert.Same(fault, thrown);
        await AssertUnchangedAsync(store);
        await Assert.ThrowsAsync<IOException>(
            () => store.PutAsync("new", new GeneratedStream(50_000_000) { At = after, Then = () => throw fault }, "image/png", Ct));
        Assert.Null(await store.FindAsync("new", Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(20_000_000)]
    public async Task Put_Cancelled_ChangesNothing(int after)
    {
        var store = await CreateAsync();
        await PutAsync(store, "a", 10);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.PutAsync("a", new GeneratedStream(50_000_000) { At = after, Then = cancel.Cancel }, "image/png", cancel.Token));

        await AssertUnchangedAsync(store);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("a_b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    public async Task Calls_BadKey_Throw(string key)
    {
        var store = await CreateAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.PutAsync(key, new MemoryStream([1]), "image/png", Ct));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.OpenAsync(key, null, Ct));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.FindAsync(key, Ct));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.DeleteAsync(key, Ct));
    }

    [Fact]
    public async Task Calls_LongestKey_Work()
    {
        var store = await CreateAsync();
        var key = string.Join('/', Enumerable.Repeat("a-very.long-segment", 10));
        Assert.Equal(199, key.Length);

        await PutAsync(store, key + "z", 5);

        Assert.Equal(5, (await store.FindAsync(key + "z", Ct))!.Length);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.FindAsync(key + "zz", Ct));
    }

    [Fact]
    public async Task Calls_StoreAway_SayUnavailable()
    {
        var store = await CreateAwayAsync();

        await Assert.ThrowsAsync<UnavailableException>(() => store.FindAsync("a", Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => store.OpenAsync("a", null, Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => store.PutAsync("a", new MemoryStream([1]), "image/png", Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => store.DeleteAsync("a", Ct));
    }

    protected static Task<StoredObject> PutAsync(IObjectStore store, string key, int length) =>
        store.PutAsync(key, new MemoryStream(Bytes(length)), "image/png", Ct);

    protected static async Task<byte[]> ReadAsync(ObjectReader reader)
    {
        using var bytes = new MemoryStream();
        await reader.Content.CopyToAsync(bytes, Ct);
        return bytes.ToArray();
    }

    private static async Task<List<ListedObject>> ListAsync(IObjectStore store, string prefix)
    {
        var found = new List<ListedObject>();
        await foreach (var listed in store.ListAsync(prefix, Ct)) found.Add(listed);
        return found;
    }

    private async Task AssertUnchangedAsync(IObjectStore store)
    {
        await using var reader = await store.OpenAsync("a", null, Ct);
        Assert.Equal(Bytes(10), await ReadAsync(reader!));
        Assert.Equal(0, await LeftoversAsync());
    }

    // Every byte, the length and the type tell which writer it was.
    private static Task<StoredObject> PutFilledAsync(IObjectStore store, string key, byte writer)
    {
        var bytes = new byte[100_000 + writer];
        Array.Fill(bytes, writer);
        return store.PutAsync(key, new MemoryStream(bytes), $"image/{writer}", Ct);
    }

    private static void AssertFilled(byte[] bytes, StoredObject info)
    {
        Assert.Equal(100_000 + bytes[0], bytes.Length);
        Assert.Equal(-1, bytes.AsSpan().IndexOfAnyExcept(bytes[0]));
        Assert.Equal((bytes.Length, $"image/{bytes[0]}"), (info.Length, info.ContentType));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = GeneratedStream.ByteAt(i);
        return bytes;
    }
}
