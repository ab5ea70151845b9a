using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Discussions;

/// <summary>News of images: records by the notices that keep copies fresh, discussions by notices of their own.</summary>
internal sealed class ImageNews(ImageRecords records, ICommentStore comments, IChangeNotices notices) : IImageNews
{
    /// <summary>The topic of notices that a discussion has changed; the key is the image's id.</summary>
    public const string Topic = "discussion";

    public IDisposable Subscribe(Action<Id> changed) => new Both(
        records.Subscribe(changed),
        notices.Subscribe(Topic, text =>
        {
            if (Id.TryParse(text, out var id)) changed(id);
        }));

    public Task<IReadOnlyDictionary<Id, DiscussionState>> StatesAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken) =>
        comments.StatesAsync(images, cancellationToken);

    public Task<CommentList> CommentsAsync(Id image, long after, int limit, CancellationToken cancellationToken) =>
        comments.ListAsync(image, after, limit, cancellationToken);

    private sealed class Both(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
