using PixelCraft.Images.Contracts;

namespace PixelCraft.Web.Viewer;

/// <summary>A thread as the page shows it.</summary>
/// <param name="First">Its first comment.</param>
/// <param name="Replies">Those that are not deleted, by age.</param>
/// <param name="Number">Of the pin; null where it is none.</param>
internal sealed record DiscussionThread(Comment First, IReadOnlyList<Comment> Replies, int? Number)
{
    /// <summary>Threads by age, numbered and left out as Client/src/discussion/store.ts does.</summary>
    public static IReadOnlyList<DiscussionThread> Of(IEnumerable<Comment> comments)
    {
        var all = comments.OrderBy(comment => comment.CreatedAt).ThenBy(comment => comment.Id).ToList();
        var replies = all.Where(comment => !comment.IsFirst && comment.DeletedAt is null).ToLookup(comment => comment.ThreadId);
        var number = 0;
        // Those that are gone keep their number: "see 3" stays right.
        return
        [
            .. all.Where(comment => comment.IsFirst)
                .Select(first => new DiscussionThread(first, [.. replies[first.Id]], first.X is null ? null : ++number))
                .ToList()
                .Where(thread => thread.First.DeletedAt is null || thread.Replies.Count > 0),
        ];
    }
}
