using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What the API and the pages do with comments and likes. Whoever may see an image sees its discussion; members may take part. An image that
/// may not be seen is as if it were not there.
/// </summary>
public interface IDiscussions
{
    /// <summary>Comments in the order of their last change, those deleted too; null when the image is not there or may not be seen.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="image">About which image.</param>
    /// <param name="after">Only those changed after this revision; null for all, which may lack what others changed in the last moments.</param>
    /// <param name="limit">How many at most, 1 to 100.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<DiscussionPage?> ListAsync(Caller caller, Id image, long? after, int limit, CancellationToken cancellationToken);

    /// <summary>One comment; null when there is none that may be seen.</summary>
    Task<Comment?> FindAsync(Caller caller, Id image, Id comment, CancellationToken cancellationToken);

    /// <summary>Writes a comment. A draft that breaks a limit throws <see cref="ArgumentException"/>: check <see cref="CommentDraft.Fault"/> first.</summary>
    /// <param name="caller">Who writes: a member who may write.</param>
    /// <param name="image">About which image.</param>
    /// <param name="draft">What.</param>
    /// <param name="key">With the same key, the same comment again: null writes a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<CommentResult> AddAsync(Caller caller, Id image, CommentDraft draft, string? key, CancellationToken cancellationToken);

    /// <summary>Changes a text (its author), or resolves and reopens a thread (who began it, the image's owner, administrators).</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="image">About which image.</param>
    /// <param name="comment">Which comment.</param>
    /// <param name="edit">What shall be different; as with <see cref="AddAsync"/>.</param>
    /// <param name="version">The version that it is based on; null changes whatever is there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<CommentResult> EditAsync(Caller caller, Id image, Id comment, CommentEdit edit, long? version, CancellationToken cancellationToken);

    /// <summary>Deletes one: its author, the image's owner, administrators. Nothing happens when it is deleted already.</summary>
    Task<CommentResult> DeleteAsync(Caller caller, Id image, Id comment, long? version, CancellationToken cancellationToken);

    /// <summary>Likes the image, or a comment of it, or takes that back; nothing happens when it is so already.</summary>
    /// <param name="caller">Who likes: a member who may write.</param>
    /// <param name="image">Which image.</param>
    /// <param name="comment">Which of its comments; null for the image itself.</param>
    /// <param name="liked">Whether the caller likes it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many like it now; null when it is not there or may not be seen.</returns>
    Task<int?> LikeAsync(Caller caller, Id image, Id? comment, bool liked, CancellationToken cancellationToken);
}

/// <summary>A part of a discussion.</summary>
/// <param name="Items">In the order of their last change.</param>
/// <param name="Next">The revision up to which nothing is missing: what to ask after, now or later.</param>
/// <param name="State">How far the discussion has got.</param>
/// <param name="Liked">What the caller likes: ids of comments, and of the image.</param>
public sealed record DiscussionPage(IReadOnlyList<Comment> Items, long Next, DiscussionState State, IReadOnlySet<Id> Liked);

/// <summary>A comment to be written.</summary>
/// <param name="Text">1 to 2,000 characters, without regard to white space around it.</param>
/// <param name="ThreadId">The thread that it replies to, by its first comment; null begins one.</param>
/// <param name="X">Where the pin is, 0 to 1; null, with <paramref name="Y"/>, for none.</param>
/// <param name="Y">The same from the top.</param>
/// <param name="Mentions">At most 10 members whose names are in the text after an '@'; null for none.</param>
public sealed record CommentDraft(string? Text, Id? ThreadId = null, double? X = null, double? Y = null, IReadOnlyList<Id>? Mentions = null)
{
    /// <summary>What breaks a limit, as field and text; null when nothing does.</summary>
    public (string Field, string Text)? Fault()
    {
        if (TextFault(Text) is { } fault) return ("text", fault);
        if (Mentions?.Count > Comment.MaxMentions) return ("mentions", $"At most {Comment.MaxMentions} members.");
        if (X is null != Y is null) return ("x", "With y, or neither.");
        if (X is not (null or (>= 0 and <= 1)) || Y is not (null or (>= 0 and <= 1))) return ("x", "x and y are from 0 to 1.");
        return X is not null && ThreadId is not null ? ("x", "Only the first comment of a thread has a spot.") : null;
    }

    internal static string? TextFault(string? text) =>
        text?.Trim() is not { Length: > 0 and <= Comment.MaxLength } trimmed ? $"1 to {Comment.MaxLength:N0} characters." : trimmed.Contains('\0') ? "Without U+0000." : null;
}

/// <summary>What shall be different of a comment; null leaves it as it is.</summary>
/// <param name="Text">As in <see cref="CommentDraft"/>.</param>
/// <param name="Mentions">Taken with a text only; null for none.</param>
/// <param name="Resolved">Whether its thread is done with; of the first of a thread only.</param>
public sealed record CommentEdit(string? Text = null, IReadOnlyList<Id>? Mentions = null, bool? Resolved = null)
{
    /// <summary>What breaks a limit, as field and text; null when nothing does.</summary>
    public (string Field, string Text)? Fault() =>
        Text is not null && CommentDraft.TextFault(Text) is { } fault ? ("text", fault)
        : Mentions?.Count > Comment.MaxMentions ? ("mentions", $"At most {Comment.MaxMentions} members.")
        : null;
}

/// <summary>What became of writing or changing a comment.</summary>
/// <param name="Outcome">Whether it was done.</param>
/// <param name="Comment">The comment as it is now; null where there is none, or it is not the caller's business.</param>
public readonly record struct CommentResult(CommentOutcome Outcome, Comment? Comment);

/// <summary>Whether a comment was written or changed.</summary>
public enum CommentOutcome
{
    /// <summary>It was, or was so already.</summary>
    Done,

    /// <summary>There is no such image, thread or comment that the caller may see.</summary>
    NotFound,

    /// <summary>The caller may see it, and not do this.</summary>
    Forbidden,

    /// <summary>It was changed by somebody else first.</summary>
    Stale,

    /// <summary>The image has as many comments as it may have.</summary>
    Full,

    /// <summary>The idempotency key was used for another comment.</summary>
    KeyReused,

    /// <summary>Somebody mentioned is no member, or the text doesn't name them.</summary>
    UnknownMention,
}
