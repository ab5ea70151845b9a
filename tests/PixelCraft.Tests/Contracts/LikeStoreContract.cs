using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store of likes does.</summary>
public abstract class LikeStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 1, 2, 3, TimeSpan.Zero);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ILikeStore Likes => _services.GetRequiredService<ILikeStore>();

    private ICommentStore Comments => _services.GetRequiredService<ICommentStore>();

    /// <summary>An empty catalogue and what is kept beside it.</summary>
    private protected abstract Task<IServiceProvider> CreateAsync();

    /// <summary>One whose database can't be reached.</summary>
    private protected abstract IServiceProvider CreateUnreachable();

    public async ValueTask InitializeAsync() => _services = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Set_CountsEachMemberOnce_OnImagesAndComments()
    {
        var (image, comment) = await ImageAsync();
        var (one, two) = (_ids.ForMember(), _ids.ForMember());
        foreach (var subject in new[] { image, comment })
        {
            Assert.Equal(new LikeResult(0, false), await Likes.SetAsync(image, subject, one, false, Now, Cancellation));
            Assert.Equal(new LikeResult(1, true), await Likes.SetAsync(image, subject, one, true, Now, Cancellation));
            Assert.Equal(new LikeResult(1, false), await Likes.SetAsync(image, subject, one, true, Now, Cancellation));
            Assert.Equal(new LikeResult(2, true), await Likes.SetAsync(image, subject, two, true, Now, Cancellation));
            Assert.Equal(new LikeResult(1, true), await Likes.SetAsync(image, subject, one, false, Now, Cancellation));
        }

        Assert.Equal(1, (await Comments.StatesAsync([image], Cancellation))[image].Likes);
        Assert.Equal(1, (await Comments.FindAsync(comment, Cancellation))!.Likes);
    }

    [Fact]
    public async Task Set_ThatChangesNothing_MakesNoRevision()
    {
        var (image, _) = await ImageAsync();
        var member = _ids.ForMember();
        await Likes.SetAsync(image, image, member, true, Now, Cancellation);
        var before = (await Comments.StatesAsync([image], Cancellation))[image];
        await Likes.SetAsync(image, image, member, true, Now, Cancellation);
        Assert.Equal(before, (await Comments.StatesAsync([image], Cancellation))[image]);
    }

    [Fact]
    public async Task Set_ByManyAtOnce_IsCountedExactly()
    {
        var (image, comment) = await ImageAsync();
        var members = Enumerable.Range(0, 8).Select(_ => _ids.ForMember()).ToList();
        await Task.WhenAll(members.SelectMany(member => new[] { image, comment, image, comment }.Select(subject => Task.Run(() => Likes.SetAsync(image, subject, member, true, Now, Cancellation)))));
        Assert.Equal(8, (await Comments.StatesAsync([image], Cancellation))[image].Likes);
        Assert.Equal(8, (await Comments.FindAsync(comment, Cancellation))!.Likes);
        await Task.WhenAll(members.Take(5).SelectMany(member => new[] { image, image }.Select(subject => Task.Run(() => Likes.SetAsync(image, subject, member, false, Now, Cancellation)))));
        Assert.Equal(3, (await Comments.StatesAsync([image], Cancellation))[image].Likes);
    }

    [Fact]
    public async Task Set_OfWhatIsNotThere_LeavesNothing()
    {
        var member = _ids.ForMember();
        var nowhere = _ids.ForMember();
        Assert.Null(await Likes.SetAsync(nowhere, nowhere, member, true, Now, Cancellation));
        Assert.Empty(await Likes.OfMemberAsync(member, 10, Cancellation));
    }

    [Fact]
    public async Task Of_GivesWhatAMemberLikes()
    {
        var (image, comment) = await ImageAsync();
        var (other, _) = await ImageAsync();
        var (member, somebody) = (_ids.ForMember(), _ids.ForMember());
        await Likes.SetAsync(image, image, member, true, Now, Cancellation);
        await Likes.SetAsync(image, comment, member, true, Now, Cancellation);
        await Likes.SetAsync(other, other, member, true, Now, Cancellation);
        await Likes.SetAsync(image, comment, somebody, true, Now, Cancellation);
        Assert.Equal(new HashSet<Id> { image, comment }, await Likes.OfImageAsync(image, member, Cancellation));
        Assert.Equal(new HashSet<Id> { comment }, await Likes.OfImageAsync(image, somebody, Cancellation));
        Assert.Empty(await Likes.OfImageAsync(other, somebody, Cancellation));
        Assert.Equal(
            new HashSet<ImageLike> { new(image, member, image, Now), new(comment, member, image, Now), new(other, member, other, Now) },
            (await Likes.OfMemberAsync(member, 10, Cancellation)).ToHashSet());
        Assert.Equal(2, (await Likes.OfMemberAsync(member, 2, Cancellation)).Count);
    }

    [Fact]
    public async Task EveryCall_WhenTheDatabaseIsAway_SaysThatItIsUnavailable()
    {
        var away = CreateUnreachable().GetRequiredService<ILikeStore>();
        var id = _ids.ForMember();
        await Assert.ThrowsAsync<UnavailableException>(() => away.SetAsync(id, id, id, true, Now, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.OfImageAsync(id, id, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.OfMemberAsync(id, 1, Cancellation));
    }

    private async Task<(Id Image, Id Comment)> ImageAsync()
    {
        var image = CatalogueContract.NewImage(_ids);
        await _services.GetRequiredService<ICatalogue>().AddAsync(image, Cancellation);
        var id = _ids.For(image.Id);
        var comment = new Comment { Id = id, ImageId = image.Id, ThreadId = id, AuthorId = _ids.ForMember(), Text = "text", CreatedAt = Now };
        Assert.Equal(AddCommentOutcome.Added, (await Comments.AddAsync(comment, null, 10, Cancellation)).Outcome);
        return (image.Id, id);
    }
}
