using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>Comments over several databases: each where its image is. What a member has written can be in all of them.</summary>
internal sealed class ShardedCommentStore(Shards shards) : ICommentStore
{
    public Task<AddCommentResult> AddAsync(Comment comment, CommentKey? key, int limit, CancellationToken cancellationToken) =>
        shards.InAsync(comment.ImageId, group => group.Comments.AddAsync(comment, key, limit, cancellationToken), cancellationToken);

    public Task<Comment?> FindAsync(Id id, CancellationToken cancellationToken) =>
        shards.InAsync(id, group => group.Comments.FindAsync(id, cancellationToken), cancellationToken);

    public Task<CommentList> ListAsync(Id image, long? after, int limit, CancellationToken cancellationToken) =>
        shards.InAsync(image, group => group.Comments.ListAsync(image, after, limit, cancellationToken), cancellationToken);

    public Task<UpdateOutcome> UpdateAsync(Comment change, CancellationToken cancellationToken) =>
        shards.InAsync(change.ImageId, group => group.Comments.UpdateAsync(change, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<Comment>> OfAuthorAsync(Id author, Id? after, int limit, CancellationToken cancellationToken)
    {
        var lists = await shards.AskAllAsync((group, isOwn) => OwnAsync(group, isOwn), cancellationToken);
        return [.. lists.SelectMany(list => list).OrderBy(comment => comment.Id).Take(limit)];

        // Copies of what is being moved are passed over, so that a page of nothing else doesn't look like the end.
        async Task<IReadOnlyList<Comment>> OwnAsync(CatalogueGroup group, Func<Id, bool> isOwn)
        {
            var own = new List<Comment>();
            for (var from = after; ;)
            {
                var page = await group.Comments.OfAuthorAsync(author, from, limit, cancellationToken);
                own.AddRange(page.Where(comment => isOwn(comment.Id)));
                if (own.Count >= limit || page.Count < limit) return own;
                from = page[^1].Id;
            }
        }
    }

    public async Task<IReadOnlyDictionary<Id, DiscussionState>> StatesAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken)
    {
        if (images.Count == 1) return await shards.InAsync(images.First(), group => group.Comments.StatesAsync(images, cancellationToken), cancellationToken);
        var states = await shards.AskAllAsync((group, isOwn) => group.Comments.StatesAsync([.. images.Where(isOwn)], cancellationToken), cancellationToken);
        return states.SelectMany(some => some).ToDictionary();
    }
}

/// <summary>Likes, likewise.</summary>
internal sealed class ShardedLikeStore(Shards shards) : ILikeStore
{
    public Task<LikeResult?> SetAsync(Id image, Id subject, Id member, bool liked, DateTimeOffset at, CancellationToken cancellationToken) =>
        shards.InAsync(image, group => group.Likes.SetAsync(image, subject, member, liked, at, cancellationToken), cancellationToken);

    public Task<IReadOnlySet<Id>> OfImageAsync(Id image, Id member, CancellationToken cancellationToken) =>
        shards.InAsync(image, group => group.Likes.OfImageAsync(image, member, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ImageLike>> OfMemberAsync(Id member, int limit, CancellationToken cancellationToken)
    {
        var lists = await shards.AskAllAsync(
            async (group, isOwn) => (await group.Likes.OfMemberAsync(member, limit, cancellationToken)).Where(like => isOwn(like.ImageId)), cancellationToken);
        return [.. lists.SelectMany(list => list).Take(limit)];
    }
}
