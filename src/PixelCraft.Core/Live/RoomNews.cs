using System.Collections.Concurrent;
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

    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Images whose rooms have a notice that nobody has looked at.</summary>
    private readonly ConcurrentDictionary<Id, bool> _waiting = new();

    /// <summary>How far an image has got.</summary>
    public async Task<RoomState> StateAsync(ImageRecord image, CancellationToken cancellationToken) =>
        new((await images.StatesAsync([image.Id], cancellationToken)).GetValueOrDefault(image.Id), image.Version, image.Status);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ofImages = images.Subscribe(image =>
        {
            // One look tells of all that has happened until then.
            if (rooms.Find(image) is null || !_waiting.TryAdd(image, true)) return;
            if (!_notices.Writer.TryWrite(new Notice(image, null, default))) _waiting.TryRemove(image, out _);
        });
        using var ofMembers = members.Subscribe((member, news) =>
        {
            if (connections.WatchersOf(member).Count > 0) _notices.Writer.TryWrite(new Notice(news.Image, member, news));
        });
        await Task.WhenAll(HearAsync(stoppingToken), LookAsync(stoppingToken));
    }

    private async Task HearAsync(CancellationToken stoppingToken)
    {
        await foreach (var notice in _notices.Reader.ReadAllAsync(stoppingToken))
            await TryAsync(() => notice.Member is { } member ? TellMemberAsync(member, notice.News, stoppingToken) : TellRoomAsync(notice.Image, stoppingToken), stoppingToken);
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
                // One whose shard is away does not keep the others from their news.
                foreach (var room in all) await TryAsync(() => LookAsync(room, discussions.GetValueOrDefault(room.Image), stoppingToken), stoppingToken);
            }, stoppingToken);
        }
    }

    private async Task LookAsync(Room room, DiscussionState discussion, CancellationToken cancellationToken)
    {
        var told = room.State;
        if (await access.FindAsync(room.Image, cancellationToken) is not { } image) return;
        if (discussion.Revision > told.Discussion.Revision || image.Version > told.Version) await TellAsync(room, image, cancellationToken);
    }

    private async Task TryAsync(Func<Task> tell, CancellationToken cancellationToken)
    {
        try
        {
            await tell();
        }
        catch (UnavailableException)
        {
            // It is looked at again.
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogError(exception, "Rooms and members could not be told what is new.");
        }
    }

    private async Task TellRoomAsync(Id id, CancellationToken cancellationToken)
    {
        _waiting.TryRemove(id, out _);
        if (rooms.Find(id) is { } room && await access.FindAsync(id, cancellationToken) is { } image) await TellAsync(room, image, cancellationToken);
    }

    private async Task TellAsync(Room room, ImageRecord image, CancellationToken cancellationToken)
    {
        var (discussion, comments) = await images.CommentsAsync(image.Id, room.State.Discussion.Revision, Room.MostComments + 1, cancellationToken);
        room.Tell(new RoomState(discussion, image.Version, image.Status), comments.Count > Room.MostComments ? null : await NamedAsync(comments, cancellationToken));
    }

    private async Task TellMemberAsync(Id member, MemberNews news, CancellationToken cancellationToken)
    {
        // Once for all of a member's pages.
        var message = new LiveMessage("news", KindOf(news.Kind), news.Image.ToString(), news.Actor is { } actor ? await access.NameAsync(actor, cancellationToken) : null);
        foreach (var connection in connections.WatchersOf(member)) _ = connection.TellAsync(message);
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
