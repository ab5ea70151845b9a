using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Images.Discussions;

/// <summary>Who likes what: images and comments, beside them. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.</summary>
[ConsistencyChoice(typeof(ICommentStore))]
public interface ILikeStore
{
    /// <summary>Has a member like something, or not any more. Each change counts once and makes a new revision of the image's discussion.</summary>
    /// <param name="image">The image.</param>
    /// <param name="subject">The image, or a comment on it.</param>
    /// <param name="member">Who.</param>
    /// <param name="liked">Whether.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many like it now, and whether that has changed; null when there is no such image or comment.</returns>
    Task<LikeResult?> SetAsync(Id image, Id subject, Id member, bool liked, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>What a member likes of an image: the ids of comments, and of the image itself.</summary>
    Task<IReadOnlySet<Id>> OfImageAsync(Id image, Id member, CancellationToken cancellationToken);

    /// <summary>What a member likes of all images; at most so many, in no order.</summary>
    Task<IReadOnlyList<ImageLike>> OfMemberAsync(Id member, int limit, CancellationToken cancellationToken);
}

/// <summary>What became of liking something.</summary>
/// <param name="Likes">How many like it now.</param>
/// <param name="Changed">False when it was so already.</param>
public readonly record struct LikeResult(int Likes, bool Changed);

/// <summary>A member likes something.</summary>
/// <param name="SubjectId">The image, or a comment.</param>
/// <param name="MemberId">Who.</param>
/// <param name="ImageId">The image.</param>
/// <param name="CreatedAt">Since when, UTC.</param>
public sealed record ImageLike(Id SubjectId, Id MemberId, Id ImageId, DateTimeOffset CreatedAt);
