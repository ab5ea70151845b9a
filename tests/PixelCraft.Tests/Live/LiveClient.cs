using System.Collections.Concurrent;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Live;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>A client of the rooms, by the framework's own library and what docs/live-protocol.md says.</summary>
internal sealed class LiveClient : IAsyncDisposable
{
    private readonly HubConnection _connection;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Attendee> _people = [];
    private readonly Dictionary<int, CursorState> _cursors = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _frames;

    private LiveClient(Uri url, string? cookie, string? token)
    {
        _connection = new HubConnectionBuilder()
            .WithUrl(new Uri(url, "/live"), options =>
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
                if (cookie is not null) options.Headers["Cookie"] = cookie;
                if (token is not null) options.Headers["Authorization"] = $"Bearer {token}";
            })
            .AddMessagePackProtocol(options => options.SerializerOptions = MessagePackSerializerOptions.Standard
                .WithResolver(CompositeResolver.Create([new FrameReader(), new AnswerReader()], [BuiltinResolver.Instance])))
            .Build();
        _connection.On<Frame>("frame", Take);
        _connection.On<int>("gone", room => Gone.Enqueue(room));
        _connection.On<string>("end", reason => Ends.Enqueue(reason));
        _connection.On<string, string, string?>("news", (kind, image, actor) => OwnNews.Enqueue((kind, image, actor)));
        _connection.Closed += _ =>
        {
            _closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    public Guid Key { get; init; } = Guid.NewGuid();

    public int Room { get; private set; }

    public int You { get; private set; }

    public ConcurrentQueue<int> Gone { get; } = new();

    public ConcurrentQueue<string> Ends { get; } = new();

    /// <summary>What came of the room's image.</summary>
    public ConcurrentQueue<News> News { get; } = new();

    /// <summary>What came of the member's own images: kind, image, who.</summary>
    public ConcurrentQueue<(string Kind, string Image, string? Actor)> OwnNews { get; } = new();

    /// <summary>The answer to the last join.</summary>
    public JoinAnswer? Answer { get; private set; }

    /// <summary>Names that were there twice when a frame had been taken in.</summary>
    public ConcurrentQueue<string> Doubled { get; } = new();

    public Task Closed => _closed.Task;

    public int Frames => Volatile.Read(ref _frames);

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock) return [.. _people.Values.Select(person => person.Name).Order(StringComparer.Ordinal)];
        }
    }

    public int Count
    {
        get
        {
            lock (_lock) return _people.Count;
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<LiveClient> ConnectAsync(Uri url, ApiClient? member = null, string? token = null, Guid? key = null)
    {
        var client = new LiveClient(url, member?.Cookie, token) { Key = key ?? Guid.NewGuid() };
        await client._connection.StartAsync(Cancel);
        return client;
    }

    /// <summary>Enters a room and begins its frames; the code of the answer.</summary>
    public async Task<string> JoinAsync(string image, string? name = null, int attempt = 1)
    {
        var answer = await _connection.InvokeAsync<JoinAnswer>("Join", image, Key.ToByteArray(), attempt, name, Cancel);
        Answer = answer;
        if (answer.Whole is { } whole)
        {
            (Room, You) = (whole.Room, answer.You);
            Take(whole);
            await _connection.SendAsync("Begin", Room, Cancel);
        }

        return answer.Code;
    }

    public Task MoveAsync(int x, int y) => _connection.SendAsync("Move", Room, x, y, Cancel);

    public Task IdleAsync(bool isIdle) => _connection.SendAsync("Idle", Room, isIdle, Cancel);

    public Task LeaveAsync() => _connection.SendAsync("Leave", Room, Cancel);

    public Task SendAsync(string method, params object?[] arguments) => _connection.SendCoreAsync(method, arguments, Cancel);

    public CursorState? CursorOf(string name)
    {
        lock (_lock)
            return _people.Values.FirstOrDefault(person => person.Name == name) is { } found && _cursors.TryGetValue(found.Number, out var cursor) ? cursor : null;
    }

    public bool Sees(string name)
    {
        lock (_lock) return _names.ContainsKey(name);
    }

    public Attendee? Person(string name)
    {
        lock (_lock) return _people.Values.FirstOrDefault(person => person.Name == name);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Take(Frame frame)
    {
        lock (_lock)
        {
            _frames++;
            foreach (var number in frame.Left) Remove(number);
            foreach (var person in frame.Participants)
            {
                if (_people.Remove(person.Number, out var former)) Forget(former);
                _people.Add(person.Number, person);
                _names[person.Name] = _names.GetValueOrDefault(person.Name) + 1;
            }

            foreach (var cursor in frame.Cursors) _cursors[cursor.Number] = cursor;
            if (frame.News is { } news) News.Enqueue(news);
            foreach (var person in frame.Participants)
                if (_names[person.Name] > 1) Doubled.Enqueue(person.Name);
        }

        void Remove(int number)
        {
            if (_people.Remove(number, out var person)) Forget(person);
            _cursors.Remove(number);
        }

        void Forget(Attendee person)
        {
            if (--_names[person.Name] == 0) _names.Remove(person.Name);
        }
    }

    private sealed class FrameReader : IMessagePackFormatter<Frame?>
    {
        public void Serialize(ref MessagePackWriter writer, Frame? value, MessagePackSerializerOptions options) => throw new NotSupportedException();

        public Frame? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            if (reader.TryReadNil()) return null;
            var length = reader.ReadArrayHeader();
            Assert.InRange(length, 4, 5);
            var room = reader.ReadInt32();
            var cursors = new CursorState[reader.ReadArrayHeader() / 3];
            for (var i = 0; i < cursors.Length; i++) cursors[i] = new CursorState(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            var people = new Attendee[reader.ReadArrayHeader()];
            for (var i = 0; i < people.Length; i++)
            {
                Assert.Equal(4, reader.ReadArrayHeader());
                people[i] = new Attendee(reader.ReadInt32(), reader.ReadString()!, reader.ReadString() is { } member ? PixelCraft.Ids.Id.Parse(member, null) : null, reader.ReadBoolean());
            }

            var left = new int[reader.ReadArrayHeader()];
            for (var i = 0; i < left.Length; i++) left[i] = reader.ReadInt32();
            return new Frame(room, cursors, people, left, length == 5 ? ReadNews(ref reader) : null);
        }

        private static News ReadNews(ref MessagePackReader reader)
        {
            Assert.Equal(6, reader.ReadArrayHeader());
            var from = reader.ReadInt64();
            var state = new RoomState(new DiscussionState(reader.ReadInt64(), reader.ReadInt32()), reader.ReadInt64(), (ImageStatus)reader.ReadInt32());
            var comments = new CommentNews[reader.ReadArrayHeader()];
            for (var i = 0; i < comments.Length; i++) comments[i] = ReadComment(ref reader);
            return new News(from, state, comments);
        }

        private static CommentNews ReadComment(ref MessagePackReader reader)
        {
            Assert.Equal(15, reader.ReadArrayHeader());
            var (id, thread, author, name, text) = (reader.ReadString()!, reader.ReadString()!, reader.ReadString(), reader.ReadString(), reader.ReadString()!);
            double? x = reader.TryReadNil() ? null : reader.ReadDouble();
            double? y = reader.TryReadNil() ? null : reader.ReadDouble();
            var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
            var (edited, deleted, resolved) = (ReadTime(ref reader), ReadTime(ref reader), ReadTime(ref reader));
            var (likes, version, revision) = (reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64());
            var mentions = new (Id Member, string? Name)[reader.ReadArrayHeader()];
            for (var i = 0; i < mentions.Length; i++)
            {
                Assert.Equal(2, reader.ReadArrayHeader());
                mentions[i] = (Id.Parse(reader.ReadString()!, null), reader.ReadString());
            }

            var comment = new Comment
            {
                Id = Id.Parse(id, null),
                ImageId = default,
                ThreadId = Id.Parse(thread, null),
                AuthorId = author is null ? null : Id.Parse(author, null),
                Text = text,
                X = x,
                Y = y,
                Mentions = [.. mentions.Select(one => one.Member)],
                CreatedAt = createdAt,
                EditedAt = edited,
                DeletedAt = deleted,
                ResolvedAt = resolved,
                Likes = likes,
                Version = version,
                Revision = revision,
            };
            return new CommentNews(comment, name, [.. mentions.Select(one => one.Name)]);
        }

        private static DateTimeOffset? ReadTime(ref MessagePackReader reader) => reader.TryReadNil() ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
    }

    private sealed class AnswerReader : IMessagePackFormatter<JoinAnswer>
    {
        public void Serialize(ref MessagePackWriter writer, JoinAnswer value, MessagePackSerializerOptions options) => throw new NotSupportedException();

        public JoinAnswer Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            Assert.Equal(5, reader.ReadArrayHeader());
            return new JoinAnswer(
                reader.ReadString()!,
                reader.ReadInt32(),
                options.Resolver.GetFormatterWithVerify<Frame?>().Deserialize(ref reader, options),
                new RoomState(new DiscussionState(reader.ReadInt64(), 0), reader.ReadInt64(), default));
        }
    }
}
