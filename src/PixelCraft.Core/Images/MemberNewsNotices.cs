using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>News for members, as notices between servers: member, kind, image, actor.</summary>
internal sealed class MemberNewsNotices(IChangeNotices notices) : IMemberNews
{
    private const string Topic = "member-news";
    private const string Nobody = "-";

    public ValueTask PublishAsync(Id member, MemberNews news, CancellationToken cancellationToken) =>
        notices.PublishAsync(Topic, $"{member} {(int)news.Kind} {news.Image} {news.Actor?.ToString() ?? Nobody}", cancellationToken);

    public IDisposable Subscribe(Action<Id, MemberNews> told) => notices.Subscribe(Topic, key =>
    {
        if (key.Split(' ') is [var member, var kind, var image, var actor]
            && Id.TryParse(member, out var memberId) && Enum.TryParse<NewsKind>(kind, out var newsKind) && Enum.IsDefined(newsKind) && Id.TryParse(image, out var imageId))
            told(memberId, new MemberNews(newsKind, imageId, Id.TryParse(actor, out var actorId) ? actorId : null));
    });
}
