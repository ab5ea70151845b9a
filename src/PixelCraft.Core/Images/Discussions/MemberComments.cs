using System.Text.Json;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Caching;
using PixelCraft.Ids;

namespace PixelCraft.Images.Discussions;

/// <summary>What a member has written and liked: for the export of all data, and for the deletion of an account.</summary>
internal sealed class MemberComments(ICommentStore comments, ILikeStore likes, IChangeNotices notices, TimeProvider time) : IMemberData
{
    private const int Batch = 200;

    public async Task ExportAsync(Id member, IMemberArchive archive, CancellationToken cancellationToken)
    {
        for (Id? after = null; await comments.OfAuthorAsync(member, after, Batch, cancellationToken) is { Count: > 0 } some; after = some[^1].Id)
        {
            foreach (var comment in some)
            {
                using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(comment, ImagesJson.Default.Comment));
                await archive.AddAsync($"comments/{comment.Id}.json", json, cancellationToken);
            }
        }
    }

    public async Task EraseAsync(Id member, CancellationToken cancellationToken)
    {
        // Both get fewer with each round: what a round could not change, since it was changed meanwhile, is there in the next.
        while (await comments.OfAuthorAsync(member, null, Batch, cancellationToken) is { Count: > 0 } some)
        {
            foreach (var comment in some)
            {
                await comments.UpdateAsync(comment.Deleted(time.GetUtcNow()), cancellationToken);
                await notices.PublishAsync(ImageNews.Topic, comment.ImageId.ToString(), cancellationToken);
            }
        }

        while (await likes.OfMemberAsync(member, Batch, cancellationToken) is { Count: > 0 } some)
        {
            foreach (var like in some)
            {
                await likes.SetAsync(like.ImageId, like.SubjectId, member, liked: false, time.GetUtcNow(), cancellationToken);
                await notices.PublishAsync(ImageNews.Topic, like.ImageId.ToString(), cancellationToken);
            }
        }
    }
}
