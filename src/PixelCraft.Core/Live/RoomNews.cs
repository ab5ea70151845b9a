using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// Tells rooms what becomes of their images, and members what becomes of theirs. A notice says that there is something, the catalogue what: each
/// server reads it once for all who are in the room. Since notices may be lost, it also looks by itself from time to time.
/// </summary>
internal sealed class RoomNews(
    Rooms rooms, LiveConnections connections, RoomAccess access, IImageNews images, IMemberNews members, TimeProvider time, ILogger<RoomNews> logger) : BackgroundService
{
    private const int MostWaiting = 4_096;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>How far an image has got.</summary>
    public async Task<RoomState> StateAsync(ImageRecord image, CancellationToken cancellationToken) =>
        new((await images.StatesAsync([image.Id], cancellationToken)).GetValueOrDefault(image.Id), image.Version, image.Status);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ofImages = images.Subscribe(image =>
        {
            if (rooms.Find(image) is not null) _notices.Writer.TryWrite(new Notice(image, null, default));
        });
        using var ofMembers = members.Subscribe((member, news) => _notices.Writer.TryWrite(new Notice(news.Image, member, news)));
        await Task.WhenAll(HearAsync(stoppingToken), LookAsync(stoppingToken));
    }

    private async Task HearAsync(CancellationToken stoppingToken)
    {
        await foreach (var notice in _notices.Reader.ReadAllAsync(stoppingToken))
            await TryAsync(() => notice.Member is { } member ? TellMemberAsync(member, notice.News, stoppingToken) : TellRoomAsync(notice.Image, stoppingToken));
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(async () =>
            {
                var all = rooms.All;
                var discussions = await images.StatesAsync([.. all.Select(room => room.Image)], stoppingToken);
                foreach (var room in all)
                {
                    var told = room.State;
                    if (await access.FindAsync(room.Image, stoppingToken) is not { } image) continue;
                    if (discussions.GetValueOrDefault(room.Image).Revision > told.Discussion.Revision || image.Version > told.Version) await TellAsync(room, image, stoppingToken);
                }
            });
        }
    }

    private async Task TryAsync(Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (UnavailableException)
        {
            // It is looked at again.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogError(exception, "Rooms and members could not be told what is new.");
        }
    }

    private async Task TellRoomAsync(Id id, CancellationToken cancellationToken)
    {
        if (rooms.Find(id) is { } room && await access.FindAsync(id, cancellationToken) is { } image) await TellAsync(room, image, cancellationToken);
    }

    private async Task TellAsync(Room room, ImageRecord image, CancellationToken cancellationToken)
    {
        var (discussion, comments) = await images.CommentsAsync(image.Id, room.State.Discussion.Revision, Room.MostComments + 1, cancellationToken);
        room.Tell(new RoomState(discussion, image.Version, image.Status), comments.Count > Room.MostComments ? null : await NamedAsync(comments, cancellationToken));
    }

    private async Task TellMemberAsync(Id member, MemberNews news, CancellationToken cancellationToken)
    {
        LiveMessage? message = null;
        foreach (var connection in connections.All)
        {
            if (!connection.IsWatching || !connection.Caller.Is(member)) continue;
            // Once for all of a member's pages, and not where there is none.
            message ??= new LiveMessage("news", KindOf(news.Kind), news.Image.ToString(), news.Actor is { } actor ? await access.NameAsync(actor, cancellationToken) : null);
            _ = connection.TellAsync(message);
        }
    }

    private async Task<IReadOnlyList<CommentNews>> NamedAsync(IReadOnlyList<Comment> comments, CancellationToken cancellationToken)
    {
        var names = await access.NamesAsync(comments.SelectMany(comment => comment.Members()).ToHashSet(), cancellationToken);
        return
        [
            .. comments.Select(comment => new CommentNews(
                comment,
                comment.AuthorId is { } author ? names.GetValueOrDefault(author) : null,
                [.. comment.Mentions.Select(member => names.GetValueOrDefault(member))])),
        ];
    }

    private static string KindOf(NewsKind kind) => kind switch
    {
        NewsKind.Ready => "ready",
        NewsKind.Failed => "failed",
        NewsKind.Commented => "commented",
        NewsKind.Mentioned => "mentioned",
        _ => "changed",
    };

    /// <param name="Image">What it is about.</param>
    /// <param name="Member">Who is to be told; null for the image's room.</param>
    /// <param name="News">What a member is told.</param>
    private readonly record struct Notice(Id Image, Id? Member, MemberNews News);
}
