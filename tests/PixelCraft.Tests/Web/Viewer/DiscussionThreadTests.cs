using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Web.Viewer;
using Xunit;

namespace PixelCraft.Tests.Web.Viewer;

public sealed class DiscussionThreadTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly Id _image = Id.Parse("01m8cn2jx0en1axen6a1m5c290", null);
    private readonly List<Comment> _comments = [];

    [Fact]
    public void Of_Comments_AreThreadsByAge_WhosePinsKeepTheirNumbers()
    {
        var first = Add("first", x: 0.1);
        var gone = Add("gone", x: 0.2);
        var answered = Add("answered", x: 0.3);
        Add("plain");
        Add("last", x: 0.4);
        Add("reply", answered.ThreadId);
        Add("another", first.ThreadId);
        Delete(gone);
        Delete(answered);
        Delete(Add("gone too", first.ThreadId));

        var threads = DiscussionThread.Of(Enumerable.Reverse(_comments));

        Assert.Equal(
            ["1 first: another", "3 : reply", "- plain: ", "4 last: "],
            threads.Select(thread => $"{(thread.Number is { } number ? $"{number}" : "-")} {thread.First.Text}: {string.Join(',', thread.Replies.Select(reply => reply.Text))}"));
    }

    private Comment Add(string text, Id? thread = null, double? x = null)
    {
        var id = Id.Parse($"01m8cn2jx0en1axen6a1m5c{_comments.Count:000}", null);
        _comments.Add(new Comment { Id = id, ImageId = _image, ThreadId = thread ?? id, AuthorId = _image, Text = text, X = x, Y = x, CreatedAt = Start.AddMinutes(_comments.Count) });
        return _comments[^1];
    }

    private void Delete(Comment comment) => _comments[_comments.IndexOf(comment)] = comment.Deleted(Start);
}
