using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store of resumable uploads' records does.</summary>
public abstract class ResumableUploadsContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IResumableUploads _uploads = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract Task<IResumableUploads> CreateAsync();

    public async ValueTask InitializeAsync() => _uploads = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Find_AfterAdd_GivesEveryFieldBack()
    {
        var upload = New() with { FileName = "日本.jpg", Metadata = "filename eA==", Offset = 5_000_000_000, Length = null, Concatenation = "partial", StoreUpload = "2~x", ContentType = "image/png", Sha256 = new string('a', 64), ImageId = _ids.ForMember() };
        await _uploads.AddAsync(upload, Cancellation);
        Assert.Equal(upload, await _uploads.FindAsync(upload.Id, Cancellation));
        Assert.Null(await _uploads.FindAsync(_ids.ForMember(), Cancellation));
    }

    [Fact]
    public async Task TryLock_ByManyAtOnce_LetsOneHaveIt()
    {
        var upload = await AddedAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => LockAsync(upload.Id, Guid.NewGuid(), Now))));
        Assert.Single(outcomes, outcome => outcome);
    }

    [Fact]
    public async Task TryLock_IsHeldUntilItRunsOutOrIsReleased()
    {
        var upload = await AddedAsync();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(await LockAsync(upload.Id, first, Now));
        Assert.True(await LockAsync(upload.Id, first, Now.AddSeconds(20))); // renewed
        Assert.False(await LockAsync(upload.Id, second, Now.AddSeconds(49)));
        Assert.True(await LockAsync(upload.Id, second, Now.AddSeconds(50)));
        Assert.False(await LockAsync(upload.Id, first, Now.AddSeconds(50)));
        Assert.True(await _uploads.SaveAsync(upload.Id, second, null, unlock: true, Cancellation));
        Assert.True(await LockAsync(upload.Id, first, Now.AddSeconds(50)));
        Assert.False(await LockAsync(_ids.ForMember(), first, Now));
    }

    [Fact]
    public async Task Save_ByTheHolder_NotesHowFarItIs_AndByAnotherNothing()
    {
        var upload = await AddedAsync();
        var (holder, other, image) = (Guid.NewGuid(), Guid.NewGuid(), _ids.ForMember());
        await LockAsync(upload.Id, holder, Now);
        Assert.False(await _uploads.SaveAsync(upload.Id, other, new UploadProgress(1, 99, image), unlock: true, Cancellation));
        Assert.Equal(upload, await _uploads.FindAsync(upload.Id, Cancellation));

        Assert.True(await _uploads.SaveAsync(upload.Id, holder, new UploadProgress(7_000_000_000, 1_000, image), unlock: false, Cancellation));
        upload = upload with { Length = 7_000_000_000, Offset = 1_000, ImageId = image };
        Assert.Equal(upload, await _uploads.FindAsync(upload.Id, Cancellation));
        Assert.False(await LockAsync(upload.Id, other, Now.AddSeconds(29)));

        Assert.True(await _uploads.SaveAsync(upload.Id, holder, null, unlock: true, Cancellation));
        Assert.Equal(upload, await _uploads.FindAsync(upload.Id, Cancellation));
        Assert.True(await LockAsync(upload.Id, other, Now));
    }

    [Fact]
    public async Task List_GivesTheExpiredOrTheOwners()
    {
        var (old, young, foreign) = (New() with { ExpiresAt = Now }, New() with { ExpiresAt = Now.AddSeconds(1) }, New() with { ExpiresAt = Now.AddSeconds(2) });
        young = young with { Id = _ids.For(old.OwnerId), OwnerId = old.OwnerId };
        foreach (var upload in new[] { old, young, foreign }) await _uploads.AddAsync(upload, Cancellation);
        Assert.Equal([old.Id], (await _uploads.ListAsync(Now, null, 10, Cancellation)).Select(upload => upload.Id));
        Assert.Equal(new[] { old.Id, young.Id }.Order(), (await _uploads.ListAsync(null, old.OwnerId, 10, Cancellation)).Select(upload => upload.Id).Order());
        Assert.Single(await _uploads.ListAsync(Now.AddDays(1), null, 1, Cancellation));
    }

    [Fact]
    public async Task Remove_TakesItAway_AndTwiceIsNoError()
    {
        var upload = await AddedAsync();
        await _uploads.RemoveAsync(upload.Id, Cancellation);
        await _uploads.RemoveAsync(upload.Id, Cancellation);
        Assert.Null(await _uploads.FindAsync(upload.Id, Cancellation));
    }

    private Task<bool> LockAsync(Id id, Guid holder, DateTimeOffset now) => _uploads.TryLockAsync(id, holder, now, now.AddSeconds(30), Cancellation);

    private async Task<ResumableUpload> AddedAsync()
    {
        var upload = New();
        await _uploads.AddAsync(upload, Cancellation);
        return upload;
    }

    private ResumableUpload New()
    {
        var owner = _ids.ForMember();
        return new ResumableUpload { Id = _ids.For(owner), OwnerId = owner, Length = 6_000_000_000, Visibility = Visibility.Unlisted, ExpiresAt = Now.AddDays(1) };
    }
}
