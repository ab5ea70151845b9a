using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Discussions;

/// <summary>A comment as the API shows it.</summary>
internal sealed record CommentView(
    Id Id,
    Id ThreadId,
    Id? AuthorId,
    string? AuthorName,
    string Text,
    double? X,
    double? Y,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EditedAt,
    DateTimeOffset? DeletedAt,
    DateTimeOffset? ResolvedAt,
    int Likes,
    bool Liked,
    IReadOnlyList<MentionView> Mentions,
    long Version,
    long Revision);

/// <summary>A member whom a comment mentions; the name is null where there is no such member any more.</summary>
internal sealed record MentionView(Id Id, string? Name);

/// <summary>Comments, and how far the discussion has got with them: <paramref name="Next"/> is what to ask after.</summary>
internal sealed record CommentListView(IReadOnlyList<CommentView> Items, long Next, long Revision, int Likes, bool Liked);

/// <summary>How many like something, and whether the caller does.</summary>
internal sealed record LikeView(int Likes, bool Liked);

/// <summary>Turns comments into what a caller is shown.</summary>
internal sealed class CommentPresenter(IMemberDirectory members, ILikeStore likes)
{
    private static readonly IReadOnlySet<Id> None = new HashSet<Id>();

    public async Task<CommentListView> ShowAsync(Id image, DiscussionPage page, CancellationToken cancellationToken) =>
        new CommentListView(await ShowAsync(page.Items, page.Liked, cancellationToken), page.Next, page.State.Revision, page.State.Likes, page.Liked.Contains(image));

    public async Task<CommentView> ShowAsync(Caller caller, Comment comment, CancellationToken cancellationToken)
    {
        var liked = comment.Likes > 0 && caller.MemberId is { } member ? await likes.OfImageAsync(comment.ImageId, member, cancellationToken) : None;
        return (await ShowAsync([comment], liked, cancellationToken))[0];
    }

    private async Task<IReadOnlyList<CommentView>> ShowAsync(IReadOnlyList<Comment> comments, IReadOnlySet<Id> liked, CancellationToken cancellationToken)
    {
        var names = await members.NamesAsync(comments.SelectMany(comment => comment.Members()).ToHashSet(), cancellationToken);
        return
        [
            .. comments.Select(comment => new CommentView(
                comment.Id,
                comment.ThreadId,
                comment.AuthorId,
                comment.AuthorId is { } author ? names.GetValueOrDefault(author) : null,
                comment.Text,
                comment.X,
                comment.Y,
                comment.CreatedAt,
                comment.EditedAt,
                comment.DeletedAt,
                comment.ResolvedAt,
                comment.Likes,
                liked.Contains(comment.Id),
                [.. comment.Mentions.Select(member => new MentionView(member, names.GetValueOrDefault(member)))],
                comment.Version,
                comment.Revision)),
        ];
    }
}
