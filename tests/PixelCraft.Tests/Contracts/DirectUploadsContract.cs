using System.Net;
using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store does into which clients can put parts themselves.</summary>
public abstract class DirectUploadsContract
{
    private const string Key = "originals/a";
    private const int Least = 5 * 1024 * 1024;

    private static readonly HttpClient Http = new();
    private static readonly DateTimeOffset Until = DateTimeOffset.UtcNow.AddHours(1);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The port, and the store whose objects it makes.</summary>
    private protected abstract Task<(IDirectUploads Direct, IObjectStore Store)> CreateAsync();

    /// <summary>The same on a store that is away.</summary>
    private protected abstract Task<IDirectUploads> CreateAwayAsync();

    /// <summary>How many uploads are neither completed nor aborted.</summary>
    private protected abstract Task<int> LeftoversAsync();

    [Fact]
    public async Task Complete_OfAllParts_MakesTheObject_AndEndsTheUrls()
    {
        var (direct, store) = await CreateAsync();
        var upload = await direct.BeginAsync(Key, "application/octet-stream", Cancellation);
        var urls = new[] { direct.PartUrl(Key, upload, 1, Least, Until), direct.PartUrl(Key, upload, 2, 10, Until) };
        var second = await PutAsync(urls[1], Least, 10);
        var first = await PutAsync(urls[0], 0, Least);
        Assert.Null(await store.FindAsync(Key, Cancellation));

        Assert.Equal(DirectOutcome.Completed, await direct.CompleteAsync(Key, upload, [first.ETag!, second.ETag!], Cancellation));

        Assert.Equal("application/octet-stream", (await store.FindAsync(Key, Cancellation))!.ContentType);
        await using (var reader = await store.OpenAsync(Key, null, Cancellation))
            Assert.Equal(Least + 10, await GeneratedStream.VerifyAsync(reader!.Content, 0, Cancellation));
        Assert.NotEqual(HttpStatusCode.OK, (await PutAsync(urls[1], 0, 10)).Status);
        Assert.Equal(0, await LeftoversAsync());
        // Giving up what is done does no harm.
        await direct.AbortAsync(Key, upload, Cancellation);
        Assert.NotNull(await store.FindAsync(Key, Cancellation));
    }

    [Fact]
    public async Task Complete_OfWrongParts_LeavesTheUploadAsItWas()
    {
        var (direct, store) = await CreateAsync();
        var upload = await direct.BeginAsync(Key, "application/octet-stream", Cancellation);
        var part = await PutAsync(direct.PartUrl(Key, upload, 1, 10, Until), 0, 10);
        Assert.Equal(DirectOutcome.WrongParts, await direct.CompleteAsync(Key, upload, ["\"00000000000000000000000000000000\""], Cancellation));
        Assert.Equal(DirectOutcome.WrongParts, await direct.CompleteAsync(Key, upload, [part.ETag!, part.ETag!], Cancellation));
        Assert.Null(await store.FindAsync(Key, Cancellation));
        Assert.Equal(DirectOutcome.Completed, await direct.CompleteAsync(Key, upload, [part.ETag!], Cancellation));
        Assert.Equal(10, (await store.FindAsync(Key, Cancellation))!.Length);
    }

    [Fact]
    public async Task Put_OfAnotherLengthOrWithAnotherSignature_IsRefused()
    {
        var (direct, _) = await CreateAsync();
        var upload = await direct.BeginAsync(Key, "application/octet-stream", Cancellation);
        var url = direct.PartUrl(Key, upload, 1, 10, Until);
        foreach (var length in new[] { 9, 11 }) Assert.Equal(HttpStatusCode.Forbidden, (await PutAsync(url, 0, length)).Status);
        var other = new Uri(url.AbsoluteUri.Replace("partNumber=1", "partNumber=2", StringComparison.Ordinal));
        Assert.NotEqual(url, other);
        Assert.Equal(HttpStatusCode.Forbidden, (await PutAsync(other, 0, 10)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(url, 0, 10)).Status);
        await direct.AbortAsync(Key, upload, Cancellation);
    }

    [Fact]
    public async Task Abort_TakesThePartsAway_AndTwiceIsNoError()
    {
        var (direct, store) = await CreateAsync();
        var upload = await direct.BeginAsync(Key, "application/octet-stream", Cancellation);
        var url = direct.PartUrl(Key, upload, 1, 10, Until);
        var part = await PutAsync(url, 0, 10);
        Assert.Equal(1, await LeftoversAsync());
        await direct.AbortAsync(Key, upload, Cancellation);
        await direct.AbortAsync(Key, upload, Cancellation);
        Assert.Equal(0, await LeftoversAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await PutAsync(url, 0, 10)).Status);
        Assert.Equal(DirectOutcome.NotFound, await direct.CompleteAsync(Key, upload, [part.ETag!], Cancellation));
        Assert.Null(await store.FindAsync(Key, Cancellation));
    }

    [Fact]
    public async Task Calls_WhenTheStoreIsAway_SayUnavailable()
    {
        var direct = await CreateAwayAsync();
        await Assert.ThrowsAsync<UnavailableException>(() => direct.BeginAsync(Key, "a/b", Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => direct.CompleteAsync(Key, "u", ["e"], Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => direct.AbortAsync(Key, "u", Cancellation));
    }

    private static async Task<(HttpStatusCode Status, string? ETag)> PutAsync(Uri url, int offset, int length)
    {
        using var content = new ByteArrayContent([.. Enumerable.Range(offset, length).Select(i => GeneratedStream.ByteAt(i))]);
        using var answer = await Http.PutAsync(url, content, Cancellation);
        return (answer.StatusCode, answer.Headers.ETag?.Tag);
    }
}
