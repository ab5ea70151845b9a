using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Discussions;

/// <summary>
/// Where comments are kept: beside the record of their image, and gone with it. Every change makes a new revision of the image's discussion, one
/// after the other. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(Choice.Cp, "Comments, pins and likes", "The side without a majority answers 503; the page keeps what was typed. Nothing acknowledged is lost or doubled.")]
public interface ICommentStore
{
    /// <summary>Adds a comment, whose <see cref="Comment.Revision"/> is made here.</summary>
    /// <param name="comment">The comment; a reply's thread must be there.</param>
    /// <param name="key">Adds it once, however often it is called; null adds it at any rate.</param>
    /// <param name="limit">As many comments as an image may have, deleted ones too.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<AddCommentResult> AddAsync(Comment comment, CommentKey? key, int limit, CancellationToken cancellationToken);

    /// <summary>A comment, also one that is deleted; null where there is none.</summary>
    Task<Comment?> FindAsync(Id id, CancellationToken cancellationToken);

    /// <summary>The comments of an image that changed after a revision, in the order of their last change, as they are at one moment; at most so many.</summary>
    /// <param name="image">Of which image.</param>
    /// <param name="after">0 for all; null as well, and then the moment may be a little while ago.</param>
    /// <param name="limit">How many at most, from 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<CommentList> ListAsync(Id image, long? after, int limit, CancellationToken cancellationToken);

    /// <summary>Stores author, text, mentions and times, where the version is still that of <paramref name="change"/>; version and revision are made anew.</summary>
    Task<UpdateOutcome> UpdateAsync(Comment change, CancellationToken cancellationToken);

    /// <summary>What a member has written and is not deleted, about any image, by id; at most so many after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<Comment>> OfAuthorAsync(Id author, Id? after, int limit, CancellationToken cancellationToken);

    /// <summary>How far discussions have got; images without one are left out. What was changed in the last moments may be missing.</summary>
    Task<IReadOnlyDictionary<Id, DiscussionState>> StatesAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken);
}

/// <summary>What a request to write a comment is known by when it is sent again.</summary>
/// <param name="Key">The author's own, 1 to 255 characters.</param>
/// <param name="Fingerprint">Of what the request asked for; at most 64 characters.</param>
public sealed record CommentKey(string Key, string Fingerprint);

/// <summary>What became of adding a comment.</summary>
/// <param name="Outcome">Whether it was added.</param>
/// <param name="Comment">The one that is there now; null where none was added.</param>
public readonly record struct AddCommentResult(AddCommentOutcome Outcome, Comment? Comment);

/// <summary>Whether a comment was added.</summary>
public enum AddCommentOutcome
{
    /// <summary>It was.</summary>
    Added,

    /// <summary>The author's key has been used for this: that comment is there.</summary>
    Repeated,

    /// <summary>The author's key has been used for another comment.</summary>
    KeyReused,

    /// <summary>There is no such image.</summary>
    NoImage,

    /// <summary>The image has as many comments as it may have.</summary>
    Full,
}
