namespace PixelCraft.Live;

/// <summary>
/// What the room is told of its image: it goes out with the frames, so that a slow participant never has more than one of them waiting. The last news
/// are kept for those who missed the frame.
/// </summary>
internal sealed partial class Room
{
    /// <summary>Comments in a frame; where there are more, they are fetched.</summary>
    public const int MostComments = 20;

    /// <summary>News that are kept; who has missed more fetches.</summary>
    private const int NewsKept = 8;

    private readonly List<CommentNews> _comments = [];
    private RoomState _state;
    private long _untoldFrom;
    private bool _hasNews;
    private readonly Queue<(long Frame, News News)> _toldNews = [];
    private long _newsFrame;
    private long _newsGoneBefore;

    /// <summary>How far the image has got, with what waits for the next frame.</summary>
    public RoomState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>Tells the participants of this server; what is older than what they know is passed over.</summary>
    /// <param name="now">How far the image has got.</param>
    /// <param name="comments">All that have changed since <see cref="State"/> was read; null where they are too many.</param>
    public void Tell(RoomState now, IReadOnlyList<CommentNews>? comments)
    {
        lock (_lock)
        {
            var isFurther = now.Discussion.Revision > _state.Discussion.Revision;
            if (!isFurther && now.Version <= _state.Version) return;
            if (!_hasNews) _untoldFrom = _state.Discussion.Revision;
            _hasNews = true;
            if (isFurther)
            {
                if (comments is null) _untoldFrom = now.Discussion.Revision;
                else _comments.AddRange(comments.Where(news => news.Comment.Revision > _state.Discussion.Revision));
            }

            _state = new RoomState(
                isFurther ? now.Discussion : _state.Discussion,
                Math.Max(now.Version, _state.Version),
                now.Version > _state.Version ? now.Status : _state.Status);
            Touch();
        }
    }

    private News? TakeNews()
    {
        if (!_hasNews) return null;
        var isTooMuch = _comments.Count > MostComments;
        var news = new News(isTooMuch ? _state.Discussion.Revision : _untoldFrom, _state, isTooMuch ? [] : [.. _comments]);
        _comments.Clear();
        _hasNews = false;
        _newsFrame = _frame;
        _toldNews.Enqueue((_frame, news));
        if (_toldNews.Count > NewsKept) _newsGoneBefore = _toldNews.Dequeue().Frame;
        return news;
    }

    private News? NewsSince(long seen)
    {
        if (_newsFrame <= seen) return null;
        var missed = _toldNews.Where(told => told.Frame > seen).Select(told => told.News).ToList();
        var comments = missed.SelectMany(news => news.Comments).ToList();
        // What one of them left out is left out of all.
        var isWhole = seen >= _newsGoneBefore && comments.Count <= MostComments && missed.Zip(missed.Skip(1)).All(pair => pair.Second.From == pair.First.State.Discussion.Revision);
        return isWhole ? new News(missed[0].From, missed[^1].State, comments) : new News(missed[^1].State.Discussion.Revision, missed[^1].State, []);
    }
}
