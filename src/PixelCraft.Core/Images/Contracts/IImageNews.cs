using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What rooms are told of images. The catalogue is the truth and a notice a hint: one may be lost, so whoever must not miss anything also asks
/// from time to time.
/// </summary>
public interface IImageNews
{
    /// <summary>Listens until the result is disposed.</summary>
    /// <param name="changed">Called with an image whose record, comments or likes have changed, at whichever server; from any thread, and must neither wait nor throw.</param>
    IDisposable Subscribe(Action<Id> changed);

    /// <summary>How far the discussions of these images have got; an image that nobody has commented on or liked is left out.</summary>
    Task<IReadOnlyDictionary<Id, DiscussionState>> StatesAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken);

    /// <summary>The comments of an image that changed after a revision, in this order; at most so many.</summary>
    Task<CommentList> CommentsAsync(Id image, long after, int limit, CancellationToken cancellationToken);
}

/// <summary>Tells members what happens to their images, on whichever page they have open. Nothing is kept, and a notice may be lost.</summary>
public interface IMemberNews
{
    /// <summary>Tells a member; does not throw when what carries the news is away.</summary>
    ValueTask PublishAsync(Id member, MemberNews news, CancellationToken cancellationToken);

    /// <summary>Listens until the result is disposed.</summary>
    /// <param name="told">Called with the news of every member, at whichever server; from any thread, and must neither wait nor throw.</param>
    IDisposable Subscribe(Action<Id, MemberNews> told);
}

/// <summary>One thing that a member is told.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Image">To which image.</param>
/// <param name="Actor">Who did it; null where it was nobody.</param>
public readonly record struct MemberNews(NewsKind Kind, Id Image, Id? Actor);

/// <summary>What happened to an image.</summary>
public enum NewsKind
{
    /// <summary>It can be seen now.</summary>
    Ready,

    /// <summary>It could not be processed.</summary>
    Failed,

    /// <summary>Its record is another.</summary>
    Changed,

    /// <summary>Somebody commented on it.</summary>
    Commented,

    /// <summary>A comment on it mentions the member.</summary>
    Mentioned,
}
