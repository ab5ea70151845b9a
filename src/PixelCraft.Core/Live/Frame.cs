using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// What a participant is told in one tick of one room (docs/live-protocol.md). Everything is the newest at the time of sending: who gets fewer
/// frames misses steps on the way, and nothing else.
/// </summary>
/// <param name="Room">The room's number at this server.</param>
/// <param name="Cursors">Cursors that moved.</param>
/// <param name="Participants">Who is new or has changed.</param>
/// <param name="Left">The numbers of those who are gone; before the new ones, who may have their numbers.</param>
/// <param name="News">What has become of the image and its discussion; null where that is nothing.</param>
public sealed record Frame(int Room, IReadOnlyList<CursorState> Cursors, IReadOnlyList<Attendee> Participants, IReadOnlyList<int> Left, News? News = null);

/// <summary>What has become of an image and its discussion.</summary>
/// <param name="From">The revision of the discussion that the comments build upon: who hasn't got that far fetches what is missing.</param>
/// <param name="State">How far image and discussion have got.</param>
/// <param name="Comments">Those that have changed since, in the order of their last change.</param>
public sealed record News(long From, RoomState State, IReadOnlyList<CommentNews> Comments);

/// <summary>How far an image and its discussion have got.</summary>
/// <param name="Discussion">The discussion.</param>
/// <param name="Version">The version of the image's record.</param>
/// <param name="Status">Where the image's processing stands.</param>
public readonly record struct RoomState(DiscussionState Discussion, long Version, ImageStatus Status);

/// <summary>A comment as rooms are told of it.</summary>
/// <param name="Comment">The comment.</param>
/// <param name="AuthorName">A user's text; null where there is nobody.</param>
/// <param name="Mentions">Names of those whom it mentions; null where there is no such member any more.</param>
public sealed record CommentNews(Comment Comment, string? AuthorName, IReadOnlyList<string?> Mentions);

/// <summary>A participant as those in the room see them.</summary>
/// <param name="Number">Unique in the room, at the server that says it.</param>
/// <param name="Name">A user's text.</param>
/// <param name="Member">Null for a guest.</param>
/// <param name="IsIdle">Has not touched the page for a while.</param>
public sealed record Attendee(int Number, string Name, Id? Member, bool IsIdle);
