using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store does that names its files.</summary>
public abstract class LocalObjectsContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    private protected abstract ILocalObjects Create();

    [Fact]
    public async Task PathOf_AnObject_BeginsWithItsBytes()
    {
        var local = Create();
        var store = (IObjectStore)local;
        Assert.Null(local.PathOf("a/b"));
        var bytes = System.Security.Cryptography.RandomNumberGenerator.GetBytes(100_000);
        await store.PutAsync("a/b", new MemoryStream(bytes), "image/png", Cancellation);
        Assert.Equal(bytes, (await File.ReadAllBytesAsync(local.PathOf("a/b")!, Cancellation))[..bytes.Length]);
        await store.DeleteAsync("a/b", Cancellation);
        Assert.Null(local.PathOf("a/b"));
        Assert.Throws<ArgumentException>(() => local.PathOf("../a"));
    }
}
