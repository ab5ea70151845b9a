using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What somebody said about an image. The first comment of a thread names itself as the thread; where it has a spot, the thread is a pin. One
/// that is deleted stays as an empty place, for its replies, and for those who have still to be told.
/// </summary>
public sealed record Comment
{
    /// <summary>The most characters of a text.</summary>
    public const int MaxLength = 2_000;

    /// <summary>The most members that a comment may mention.</summary>
    public const int MaxMentions = 10;

    /// <summary>In the shard of the image.</summary>
    public required Id Id { get; init; }

    /// <summary>About which image.</summary>
    public required Id ImageId { get; init; }

    /// <summary>The first comment of the thread; the comment's own id for the first.</summary>
    public required Id ThreadId { get; init; }

    /// <summary>Who wrote it; null when it is deleted.</summary>
    public Id? AuthorId { get; init; }

    /// <summary>Plain text, 1 to 2,000 characters, a user's; empty when it is deleted.</summary>
    public required string Text { get; init; }

    /// <summary>Where the pin is: 0 at the image's left edge as it is seen, 1 at its right; null without a pin.</summary>
    public double? X { get; init; }

    /// <summary>The same from the top.</summary>
    public double? Y { get; init; }

    /// <summary>The members whom the text mentions.</summary>
    public IReadOnlyList<Id> Mentions { get; init; } = [];

    /// <summary>When it was written, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its text was last changed, UTC; null for never.</summary>
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>When it was deleted, UTC; null while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When its thread was resolved, UTC; null while it is open. Only of the first of a thread.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>How many members like it.</summary>
    public int Likes { get; init; }

    /// <summary>Grows by one with each change but of likes.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The revision of the image's discussion that its last change made, likes included: it tells the order of changes.</summary>
    public long Revision { get; init; }

    /// <summary>Whether it begins a thread.</summary>
    public bool IsFirst => ThreadId == Id;

    /// <summary>All members that the comment names: its author, and those it mentions.</summary>
    public IEnumerable<Id> Members() => AuthorId is { } author ? Mentions.Append(author) : Mentions;

    /// <summary>What is left when it is deleted.</summary>
    public Comment Deleted(DateTimeOffset at) => this with { AuthorId = null, Text = "", Mentions = [], DeletedAt = at };
}

/// <summary>Comments as they were at one moment.</summary>
/// <param name="State">How far the discussion had got then.</param>
/// <param name="Items">In the order of their last change.</param>
public sealed record CommentList(DiscussionState State, IReadOnlyList<Comment> Items);

/// <summary>How far the discussion of an image has got.</summary>
/// <param name="Revision">Grows by one with each change of a comment or a like; 0 before the first.</param>
/// <param name="Likes">How many members like the image.</param>
public readonly record struct DiscussionState(long Revision, int Likes);
