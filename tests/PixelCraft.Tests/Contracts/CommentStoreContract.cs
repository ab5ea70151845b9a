using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store of comments does, beside the catalogue whose images they are about.</summary>
public abstract class CommentStoreContract : IAsyncLifetime
{
    private const int NoLimit = 1_000;
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 1, 2, 3, TimeSpan.Zero);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private ICatalogue _catalogue = null!;
    private ICommentStore _comments = null!;
    private ILikeStore _likes = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty catalogue and what is kept beside it.</summary>
    private protected abstract Task<IServiceProvider> CreateAsync();

    /// <summary>One whose database can't be reached.</summary>
    private protected abstract IServiceProvider CreateUnreachable();

    public async ValueTask InitializeAsync()
    {
        var services = await CreateAsync();
        (_catalogue, _comments, _likes) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICommentStore>(), services.GetRequiredService<ILikeStore>());
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Add_KeepsAllOfIt_WithTheNextRevision()
    {
        var image = await ImageAsync();
        var pin = New(image) with { X = 0.25, Y = 1, Mentions = [_ids.ForMember(), _ids.ForMember()], Text = "Zeile 1\nline 2 <b> \ud83d\ude00" };
        var reply = New(image) with { ThreadId = pin.Id };
        Assert.Equal(Same(pin with { Revision = 1 }), Same(await AddedAsync(pin)));
        Assert.Equal(Same(reply with { Revision = 2 }), Same(await AddedAsync(reply)));
        Assert.Equal(Same(pin with { Revision = 1 }), Same((await _comments.FindAsync(pin.Id, Cancellation))!));
        Assert.Null(await _comments.FindAsync(_ids.For(image), Cancellation));
        Assert.Equal(new DiscussionState(2, 0), (await _comments.StatesAsync([image], Cancellation))[image]);
    }

    [Fact]
    public async Task Add_ToAnImageThatIsNotThere_LeavesNothing()
    {
        var image = _ids.ForMember();
        Assert.Equal(AddCommentOutcome.NoImage, (await _comments.AddAsync(New(image), null, NoLimit, Cancellation)).Outcome);
        Assert.Equal(0, (await _comments.ListAsync(image, 0, 10, Cancellation)).State.Revision);
        Assert.Empty(await _comments.StatesAsync([image], Cancellation));
    }

    [Fact]
    public async Task Add_WithAKey_IsDoneOnce_AlsoByManyAtOnce()
    {
        var image = await ImageAsync();
        var (author, key) = (_ids.ForMember(), new CommentKey("key", "fingerprint"));
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _comments.AddAsync(New(image) with { AuthorId = author }, key, NoLimit, Cancellation))));
        Assert.Single(results, result => result.Outcome == AddCommentOutcome.Added);
        Assert.Equal(7, results.Count(result => result.Outcome == AddCommentOutcome.Repeated));
        Assert.Single(results.Select(result => result.Comment!.Id).Distinct());
        Assert.Single((await _comments.ListAsync(image, 0, 10, Cancellation)).Items);

        Assert.Equal(AddCommentOutcome.KeyReused, (await _comments.AddAsync(New(image) with { AuthorId = author }, key with { Fingerprint = "other" }, NoLimit, Cancellation)).Outcome);
        Assert.Equal(AddCommentOutcome.Added, (await _comments.AddAsync(New(image), key, NoLimit, Cancellation)).Outcome); // another author's
    }

    [Fact]
    public async Task Add_BeyondTheLimit_IsRefused_ButNotWhatIsThere()
    {
        var image = await ImageAsync();
        var (first, key) = (New(image), new CommentKey("key", "fingerprint"));
        Assert.Equal(AddCommentOutcome.Added, (await _comments.AddAsync(first, key, 2, Cancellation)).Outcome);
        var second = await AddedAsync(New(image), limit: 2);
        Assert.Equal(UpdateOutcome.Updated, await _comments.UpdateAsync(second.Deleted(Now), Cancellation));
        Assert.Equal(AddCommentOutcome.Full, (await _comments.AddAsync(New(image), null, 2, Cancellation)).Outcome);
        Assert.Equal(AddCommentOutcome.Repeated, (await _comments.AddAsync(first, key, 2, Cancellation)).Outcome);
        Assert.Equal(2, (await _comments.ListAsync(image, 0, 10, Cancellation)).Items.Count);
    }

    [Fact]
    public async Task List_IsInTheOrderOfTheLastChange_AndBringsWhatWasMissed()
    {
        var (image, other) = (await ImageAsync(), await ImageAsync());
        var (a, b, c) = (await AddedAsync(New(image)), await AddedAsync(New(image)), await AddedAsync(New(image)));
        await AddedAsync(New(other));
        Assert.Equal([a.Id, b.Id], (await _comments.ListAsync(image, null, 2, Cancellation)).Items.Select(comment => comment.Id));
        Assert.Equal([c.Id], (await _comments.ListAsync(image, b.Revision, 2, Cancellation)).Items.Select(comment => comment.Id));

        await _comments.UpdateAsync(a with { Text = "other" }, Cancellation);
        await _likes.SetAsync(image, b.Id, _ids.ForMember(), true, Now, Cancellation);
        var (state, missed) = await _comments.ListAsync(image, c.Revision, 10, Cancellation);
        Assert.Equal(5, state.Revision);
        Assert.Equal([(a.Id, "other", 4L, 0), (b.Id, b.Text, 5L, 1)], missed.Select(comment => (comment.Id, comment.Text, comment.Revision, comment.Likes)));
    }

    [Fact]
    public async Task Update_IsOfTheVersionAlone_AndOfManyAtOnceOneWins()
    {
        var image = await ImageAsync();
        var comment = await AddedAsync(New(image) with { X = 0.5, Y = 0.5 });
        var change = comment with { Text = "new", EditedAt = Now.AddMinutes(1), ResolvedAt = Now.AddMinutes(2), Mentions = [_ids.ForMember()] };
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _comments.UpdateAsync(change, Cancellation))));
        Assert.Single(outcomes, UpdateOutcome.Updated);
        Assert.Equal(7, outcomes.Count(outcome => outcome == UpdateOutcome.Conflict));
        var now = (await _comments.FindAsync(comment.Id, Cancellation))!;
        Assert.Equal(Same(change with { Version = 2, Revision = now.Revision }), Same(now));
        Assert.True(now.Revision > comment.Revision);
        Assert.Equal(UpdateOutcome.Missing, await _comments.UpdateAsync(New(image), Cancellation));
    }

    [Fact]
    public async Task Update_ThatDeletes_LeavesThePlaceAndNothingElse()
    {
        var image = await ImageAsync();
        var comment = await AddedAsync(New(image) with { X = 0.5, Y = 0.5 });
        await _comments.UpdateAsync(comment.Deleted(Now), Cancellation);
        var left = Assert.Single((await _comments.ListAsync(image, 0, 10, Cancellation)).Items);
        Assert.Equal((null, "", Now, 0.5), (left.AuthorId, left.Text, left.DeletedAt, left.X));
        Assert.Empty(await _comments.OfAuthorAsync(comment.AuthorId!.Value, null, 10, Cancellation));
    }

    [Fact]
    public async Task OfAuthor_GoesOverAllImages_InPages()
    {
        var author = _ids.ForMember();
        List<Id> expected = [];
        for (var i = 0; i < 5; i++)
        {
            var image = await ImageAsync();
            expected.Add((await AddedAsync(New(image) with { AuthorId = author })).Id);
            await AddedAsync(New(image));
        }

        List<Id> found = [];
        for (Id? after = null; await _comments.OfAuthorAsync(author, after, 2, Cancellation) is { Count: > 0 } some; after = some[^1].Id) found.AddRange(some.Select(comment => comment.Id));
        Assert.Equal(expected.Order(), found);
    }

    [Fact]
    public async Task States_OfManyImages_LeaveOutWhatHasNone()
    {
        List<Id> images = [];
        for (var i = 0; i < 3; i++) images.Add(await ImageAsync());
        await AddedAsync(New(images[0]));
        await _likes.SetAsync(images[1], images[1], _ids.ForMember(), true, Now, Cancellation);
        var asked = images.Concat(Enumerable.Range(0, 150).Select(_ => _ids.ForMember())).ToList();
        var states = await _comments.StatesAsync(asked, Cancellation);
        Assert.Equal(new Dictionary<Id, DiscussionState> { [images[0]] = new(1, 0), [images[1]] = new(1, 1) }, states);
        Assert.Empty(await _comments.StatesAsync([], Cancellation));
    }

    [Fact]
    public async Task Revisions_OfManyAtOnce_AreEachOnce_AndNoneIsSeenBeforeOneThatIsLower()
    {
        var image = await ImageAsync();
        var adding = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++) await AddedAsync(New(image));
        })));
        var seen = new List<long>();
        var begun = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), $"Seen in 60 s: {string.Join(' ', seen)}");
            seen.AddRange((await _comments.ListAsync(image, seen is [.., var last] ? last : 0, 3, Cancellation)).Items.Select(comment => comment.Revision));
        }
        while (!adding.IsCompleted || seen.Count == 0 || seen[^1] < (await _comments.StatesAsync([image], Cancellation))[image].Revision);
        await adding;
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), seen);
    }

    [Fact]
    public async Task Comments_GoWithTheirImage()
    {
        var image = await ImageAsync();
        var comment = await AddedAsync(New(image));
        var member = _ids.ForMember();
        await _likes.SetAsync(image, comment.Id, member, true, Now, Cancellation);
        Assert.False(await _catalogue.RemoveAsync(image, 9, Cancellation)); // another version: it stays, with all of it
        Assert.NotNull(await _comments.FindAsync(comment.Id, Cancellation));
        Assert.True(await _catalogue.RemoveAsync(image, null, Cancellation));
        Assert.Null(await _comments.FindAsync(comment.Id, Cancellation));
        Assert.Empty(await _comments.StatesAsync([image], Cancellation));
        Assert.Empty(await _likes.OfMemberAsync(member, 10, Cancellation));
    }

    [Fact]
    public async Task EveryCall_WhenTheDatabaseIsAway_SaysThatItIsUnavailable()
    {
        var away = CreateUnreachable().GetRequiredService<ICommentStore>();
        var comment = New(_ids.ForMember());
        await Assert.ThrowsAsync<UnavailableException>(() => away.AddAsync(comment, null, NoLimit, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.FindAsync(comment.Id, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.ListAsync(comment.ImageId, null, 1, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.UpdateAsync(comment, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.OfAuthorAsync(comment.AuthorId!.Value, null, 1, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.StatesAsync([comment.ImageId], Cancellation));
    }

    private async Task<Id> ImageAsync()
    {
        var image = CatalogueContract.NewImage(_ids);
        await _catalogue.AddAsync(image, Cancellation);
        return image.Id;
    }

    private Comment New(Id image)
    {
        var id = _ids.For(image);
        return new Comment { Id = id, ImageId = image, ThreadId = id, AuthorId = _ids.ForMember(), Text = $"about {image}", CreatedAt = Now };
    }

    private async Task<Comment> AddedAsync(Comment comment, int limit = NoLimit)
    {
        var result = await _comments.AddAsync(comment, null, limit, Cancellation);
        Assert.Equal(AddCommentOutcome.Added, result.Outcome);
        return result.Comment!;
    }

    /// <summary>With its mentions as text: lists are compared by reference.</summary>
    private static (Comment Comment, string Mentions) Same(Comment comment) => (comment with { Mentions = [] }, string.Join(' ', comment.Mentions));
}
