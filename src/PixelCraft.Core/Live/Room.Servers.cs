using Microsoft.Extensions.Logging;

namespace PixelCraft.Live;

/// <summary>What the room tells the other servers, and hears from them.</summary>
internal sealed partial class Room
{
    /// <summary>After a gap all of a server's is asked for, this often at most.</summary>
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(1);

    private readonly ILiveBackplane _backplane;
    private readonly Guid _server;
    private readonly IDisposable _subscription;
    private readonly Dictionary<(Guid Server, int Number), Participant> _elsewhere = [];
    private readonly Dictionary<Guid, long> _sequences = [];
    private readonly List<int> _untoldLeft = [];
    private long _sequence;
    private long? _lastAsk;
    private bool _asks;
    private bool _tellsWhole;
    private bool _beats;
    private bool _isPublishing;

    /// <summary>Asks the other servers for all that they have of the room.</summary>
    public void Ask()
    {
        lock (_lock)
        {
            if (_lastAsk is { } last && _time.GetElapsedTime(last) < AskInterval) return;
            _lastAsk = _time.GetTimestamp();
            _asks = true;
        }

        Publish();
    }

    /// <summary>
    /// Tells the other servers how far this one has got: who has missed something, be it the answer to the first question because a subscription came into
    /// effect too late, sees it by that in a room where nothing happens too.
    /// </summary>
    public void Beat()
    {
        lock (_lock) _beats = true;
        Publish();
    }

    /// <summary>Takes out all participants of a server that is gone.</summary>
    public void Drop(Guid server)
    {
        lock (_lock)
        {
            _sequences.Remove(server);
            foreach (var participant in _elsewhere.Where(pair => pair.Key.Server == server).Select(pair => pair.Value).ToList()) Remove(participant);
        }
    }

    private void Apply(RoomUpdate update)
    {
        if (update.Server == _server) return;
        if (update.Kind == UpdateKind.Ask)
        {
            lock (_lock)
            {
                // Another room of this image may have taken its place, and would be told away.
                if (_isClosed) return;
                _tellsWhole = true;
            }

            Publish();
            return;
        }

        if (update.Kind == UpdateKind.Beat)
        {
            bool isKnown;
            lock (_lock) isKnown = _isClosed || (_sequences.TryGetValue(update.Server, out var sequence) && sequence == update.Sequence);
            if (!isKnown) Ask();
            return;
        }

        bool hasGap;
        lock (_lock)
        {
            if (_isClosed) return;
            hasGap = update.Kind == UpdateKind.Changes && update.Sequence != _sequences.GetValueOrDefault(update.Server) + 1;
            // Until all of it is told: asking may have to wait, and the next update or beat shall show again that something is missing.
            if (hasGap) _sequences.Remove(update.Server);
            else _sequences[update.Server] = update.Sequence;
            var left = update.Kind == UpdateKind.Changes
                ? update.Left
                : [.. _elsewhere.Keys.Where(key => key.Server == update.Server).Select(key => key.Number).Except(update.Participants.Select(participant => participant.Number))];
            foreach (var number in left)
                if (_elsewhere.TryGetValue((update.Server, number), out var participant)) Remove(participant);
            foreach (var state in update.Participants) Take(update.Server, state);
            foreach (var cursor in update.Cursors)
                if (CursorState.IsValid(cursor.X, cursor.Y) && _elsewhere.TryGetValue((update.Server, cursor.Number), out var participant)) SetCursor(participant, cursor.X, cursor.Y);
        }

        if (hasGap) Ask();
    }

    private void Take(Guid server, ParticipantState state)
    {
        if (_byKey.TryGetValue(state.Key, out var known) && known.Elsewhere != (server, state.Number))
        {
            // One participant who went from one server to another: the later connection counts, whichever is heard of first.
            if (known.Attempt >= state.Attempt) return;
            Remove(known);
        }

        if (!_elsewhere.TryGetValue((server, state.Number), out var participant) || participant.Key != state.Key)
        {
            if (participant is not null) Remove(participant);
            participant = new Participant(TakeNumber(), state.Key) { Elsewhere = (server, state.Number) };
            Add(participant);
            _elsewhere.Add((server, state.Number), participant);
        }
        else if ((participant.Attempt, participant.Name, participant.Member, participant.IsIdle) == (state.Attempt, state.Name, state.Member, state.IsIdle))
        {
            return;
        }

        (participant.Attempt, participant.Name, participant.Member, participant.IsIdle) = (state.Attempt, state.Name, state.Member, state.IsIdle);
        Change(participant);
    }

    /// <summary>Tells the other servers what they don't know yet, one update after another.</summary>
    private void Publish()
    {
        lock (_lock)
        {
            if (_isPublishing) return;
            _isPublishing = true;
        }

        _ = PublishAsync();
    }

    private async Task PublishAsync()
    {
        try
        {
            while (TakeUpdate() is { } update) await _backplane.PublishAsync(Image.ToString(), update, CancellationToken.None);
        }
        catch (Exception exception)
        {
            lock (_lock) _isPublishing = false;
            _logger.LogError(exception, "Other servers could not be told of the room of {Image}.", Image);
        }
    }

    private RoomUpdate? TakeUpdate()
    {
        lock (_lock)
        {
            if (_asks)
            {
                _asks = false;
                return RoomUpdate.Empty(_server, UpdateKind.Ask);
            }

            var participants = new List<ParticipantState>();
            var cursors = new List<CursorState>();
            foreach (var participant in _here)
            {
                if (participant.ChangeIsUntold || _tellsWhole) participants.Add(participant.ToState());
                if (participant.MoveIsUntold || (_tellsWhole && participant.Cursor.X != CursorState.Nowhere)) cursors.Add(participant.Cursor);
                participant.ChangeIsUntold = participant.MoveIsUntold = false;
            }

            if (_tellsWhole)
            {
                _tellsWhole = false;
                _untoldLeft.Clear();
                return new RoomUpdate(_server, _sequence, UpdateKind.Whole, participants, cursors, []);
            }

            var beats = _beats;
            _beats = false;
            if (participants.Count == 0 && cursors.Count == 0 && _untoldLeft.Count == 0)
            {
                if (beats) return RoomUpdate.Empty(_server, UpdateKind.Beat) with { Sequence = _sequence };
                _isPublishing = false;
                return null;
            }

            int[] left = [.. _untoldLeft];
            _untoldLeft.Clear();
            return new RoomUpdate(_server, ++_sequence, UpdateKind.Changes, participants, cursors, left);
        }
    }
}
