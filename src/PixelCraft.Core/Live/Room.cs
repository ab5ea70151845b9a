using Microsoft.Extensions.Logging;
using PixelCraft.Ids;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>
/// The room of one image, as one server has it. It keeps the newest of everything and no history: what changes is gathered until the tick, and
/// goes out in one frame, the same bytes for all that had the one before. Who is still taking the last one in gets the next when that is done, with
/// what has changed since theirs. What participants of this server did goes to other servers in one update a tick.
/// </summary>
internal sealed partial class Room : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Those who have left and are still told of to the slow; who is further behind gets the whole room anew.</summary>
    private const int GoneKept = 1_024;

    /// <summary>A tick for this many participants at this server and no more; beyond that it gets longer with their number.</summary>
    private const int ParticipantsPerTick = 250;

    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly LiveOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    private readonly Dictionary<int, Participant> _all = [];
    private readonly Dictionary<Guid, Participant> _byKey = [];
    private readonly List<Participant> _here = [];
    private readonly PriorityQueue<int, int> _freeNumbers = new();
    private int _nextNumber = 1;

    // What waits for the next frame.
    private readonly Queue<Participant> _moving = [];
    private readonly List<Participant> _changing = [];
    private readonly List<int> _leaving = [];

    private readonly Queue<(int Number, long Frame)> _gone = [];
    private readonly Dictionary<long, LiveMessage> _messages = [];
    private readonly List<(Participant To, LiveMessage Message)> _sends = [];
    private long _frame;
    private long _goneBefore;
    private bool _isTicking;
    private bool _isClosed;
    private long _lastTick;
    private TimeSpan _interval;

    public Room(Id image, RoomState state, int number, Guid server, ILiveBackplane backplane, LiveOptions options, TimeProvider time, ILogger logger)
    {
        _state = state;
        (Image, Number, _server, _backplane, _options, _time, _logger) = (image, number, server, backplane, options, time, logger);
        _interval = options.Tick;
        _lastTick = time.GetTimestamp() - (long)(LongestTick.TotalSeconds * time.TimestampFrequency);
        _timer = time.CreateTimer(static room => ((Room)room!).Execute(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _subscription = backplane.Subscribe(image.ToString(), Apply);
        Ask();
    }

    public Id Image { get; }

    /// <summary>Tells rooms apart in frames.</summary>
    public int Number { get; }

    /// <summary>How many are at this server.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _here.Count;
        }
    }

    /// <summary>Those at this server.</summary>
    public IReadOnlyList<Participant> Here()
    {
        lock (_lock) return [.. _here];
    }

    /// <summary>Adds somebody; null when the room has closed meanwhile.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="state">Who; the number is given here.</param>
    /// <param name="whole">All that there is, the newcomer included: what later frames build upon.</param>
    public Participant? Join(LiveConnection connection, ParticipantState state, out Frame whole)
    {
        lock (_lock)
        {
            whole = new Frame(Number, [], [], []);
            if (_isClosed) return null;
            // A page that has come back before its old connection was missed.
            if (_byKey.TryGetValue(state.Key, out var former)) Remove(former);
            var participant = new Participant(TakeNumber(), state.Key)
            {
                Attempt = state.Attempt,
                Name = state.Name,
                Member = state.Member,
                Connection = connection,
                Seen = _frame,
                // Until the answer with the whole room is on its way.
                IsSending = true,
            };
            Add(participant);
            _here.Add(participant);
            Change(participant);
            whole = Whole();
            return participant;
        }
    }

    /// <summary>Begins the frames to somebody who has joined.</summary>
    public void Begin(Participant participant)
    {
        lock (_lock)
        {
            if (participant.HasBegun) return;
            participant.HasBegun = true;
        }

        Sent(participant);
    }

    /// <summary>Takes somebody out who is at this server.</summary>
    /// <returns>Whether the room is empty and closed now.</returns>
    public bool Leave(Participant participant)
    {
        lock (_lock)
        {
            if (!participant.IsGone) Remove(participant);
            if (_here.Count > 0 || _isClosed) return false;
            // Before it is forgotten the others are told of the last one, at once.
            _isClosed = true;
        }

        Publish();
        Dispose();
        return true;
    }

    public void Move(Participant participant, int x, int y)
    {
        lock (_lock)
        {
            if (participant.IsGone || (participant.Cursor.X == x && participant.Cursor.Y == y)) return;
            participant.MoveIsUntold = true;
            SetCursor(participant, x, y);
        }
    }

    public void SetIdle(Participant participant, bool isIdle)
    {
        lock (_lock)
        {
            if (participant.IsGone || participant.IsIdle == isIdle) return;
            participant.IsIdle = isIdle;
            Change(participant);
        }
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _timer.Dispose();
    }

    /// <summary>A tick: one frame to each who is ready for it, one update to the other servers.</summary>
    public void Execute()
    {
        var begun = _time.GetTimestamp();
        lock (_lock)
        {
            var frame = TakeFrame();
            foreach (var participant in _here)
            {
                if (participant.IsSending || participant.Seen == _frame) continue;
                // One for all who had the same before.
                if (!_messages.TryGetValue(participant.Seen, out var message))
                    _messages[participant.Seen] = message = new LiveMessage(participant.Seen == _frame - 1 && frame is not null ? frame : Since(participant.Seen));
                participant.IsSending = true;
                participant.Seen = _frame;
                _sends.Add((participant, message));
            }

            _messages.Clear();
        }

        foreach (var (to, message) in _sends) Send(to, message);
        _sends.Clear();
        Publish();

        lock (_lock)
        {
            _isTicking = false;
            _lastTick = begun;
            _interval = Interval(_time.GetElapsedTime(begun));
            if (_moving.Count > 0 || _changing.Count > 0 || _leaving.Count > 0 || _hasNews || _here.Exists(participant => !participant.IsSending && participant.Seen < _frame)) Touch();
        }
    }

    /// <summary>Longer where there are many to send to, and where sending takes long: a server that is short of time makes fewer frames.</summary>
    private TimeSpan Interval(TimeSpan lasted)
    {
        var byNumber = _options.Tick * Math.Max(1, (double)_here.Count / ParticipantsPerTick);
        var byWork = lasted * 4;
        var interval = byNumber > byWork ? byNumber : byWork;
        return interval < LongestTick ? interval : LongestTick;
    }

    private void Send(Participant to, LiveMessage message)
    {
        var sending = to.Connection!.SendAsync(message);
        if (sending.IsCompletedSuccessfully)
            to.IsSending = false; // nobody else touches it until the tick's end
        else
            _ = AwaitAsync();

        async Task AwaitAsync()
        {
            try
            {
                await sending;
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The connection has ended, and leaves by itself.
                return;
            }

            Sent(to);
        }
    }

    private void Sent(Participant to)
    {
        lock (_lock)
        {
            to.IsSending = false;
            if (!to.IsGone && to.Seen < _frame) Touch();
        }
    }

    /// <summary>What has changed since the last tick, as the next frame; null where nothing has.</summary>
    private Frame? TakeFrame()
    {
        if (_moving.Count == 0 && _changing.Count == 0 && _leaving.Count == 0 && !_hasNews) return null;
        _frame++;
        var attendees = new List<Attendee>(_changing.Count);
        foreach (var participant in _changing)
        {
            participant.IsChanging = false;
            if (participant.IsGone) continue;
            participant.Changed = _frame;
            attendees.Add(participant.ToAttendee());
        }

        var cursors = new List<CursorState>(Math.Min(_moving.Count, _options.CursorsPerFrame));
        while (cursors.Count < _options.CursorsPerFrame && _moving.TryDequeue(out var participant))
        {
            participant.IsMoving = false;
            if (participant.IsGone) continue;
            participant.Moved = _frame;
            cursors.Add(participant.Cursor);
        }

        foreach (var number in _leaving)
        {
            _gone.Enqueue((number, _frame));
            if (_gone.Count > GoneKept) _goneBefore = _gone.Dequeue().Frame;
        }

        var frame = new Frame(Number, cursors, attendees, [.. _leaving], TakeNews());
        _changing.Clear();
        _leaving.Clear();
        return frame;
    }

    /// <summary>For one who has not got every frame: what has changed since theirs, or all that there is.</summary>
    private Frame Since(long seen)
    {
        var isFarBehind = seen < _goneBefore;
        return new Frame(
            Number,
            [.. _all.Values.Where(participant => participant.Moved > seen).Select(participant => participant.Cursor)],
            [.. _all.Values.Where(participant => participant.Changed > seen || isFarBehind).Select(participant => participant.ToAttendee())],
            // Numbers that are nobody's: a client that knows none of them passes over it.
            isFarBehind ? [.. Enumerable.Range(1, _nextNumber - 1).Where(number => !_all.ContainsKey(number))] : [.. _gone.Where(gone => gone.Frame > seen).Select(gone => gone.Number)],
            NewsSince(seen));
    }

    private Frame Whole() => new(
        Number,
        [.. _all.Values.Where(participant => participant.Cursor.X != CursorState.Nowhere).Select(participant => participant.Cursor)],
        [.. _all.Values.Select(participant => participant.ToAttendee())],
        []);

    private void SetCursor(Participant participant, int x, int y)
    {
        participant.Cursor = new CursorState(participant.Number, x, y);
        if (!participant.IsMoving)
        {
            participant.IsMoving = true;
            _moving.Enqueue(participant);
        }

        Touch();
    }

    private void Change(Participant participant)
    {
        participant.ChangeIsUntold = participant.Elsewhere is null;
        if (!participant.IsChanging)
        {
            participant.IsChanging = true;
            _changing.Add(participant);
        }

        Touch();
    }

    private void Add(Participant participant)
    {
        _all.Add(participant.Number, participant);
        _byKey.Add(participant.Key, participant);
    }

    private void Remove(Participant participant)
    {
        participant.IsGone = true;
        _all.Remove(participant.Number);
        _byKey.Remove(participant.Key);
        if (participant.Elsewhere is { } place)
        {
            _elsewhere.Remove(place);
        }
        else
        {
            _here.Remove(participant);
            _untoldLeft.Add(participant.Number);
        }

        _leaving.Add(participant.Number);
        _freeNumbers.Enqueue(participant.Number, participant.Number);
        Touch();
    }

    /// <summary>The lowest that is free: small numbers are short on the wire.</summary>
    private int TakeNumber() => _freeNumbers.TryDequeue(out var number, out _) ? number : _nextNumber++;

    /// <summary>Has a tick come: at once after a rest, else when the last one is long enough ago.</summary>
    private void Touch()
    {
        if (_isTicking || _isClosed) return;
        _isTicking = true;
        var wait = _interval - _time.GetElapsedTime(_lastTick);
        if (wait <= TimeSpan.Zero) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
