using System.Data.Common;
using System.Text.Json;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Comments on SQLite or PostgreSQL.</summary>
internal sealed class CommentStore(RawDatabase database, DiscussionStatements discussions) : ICommentStore
{
    // Columns that no comment shows.
    public const string KeyOwner = nameof(KeyOwner);
    public const string Key = nameof(Key);
    public const string Fingerprint = nameof(Fingerprint);

    private const string Columns = "id, image_id, thread_id, author_id, text, x, y, mentions, created_at, edited_at, deleted_at, resolved_at, likes, version, revision";

    // VALUES, where the database knows the types of what is null.
    private readonly string _insert = $"""
        INSERT INTO {database.Table("comments")} ({Columns}, key_owner, request_key, fingerprint)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, {discussions.Revision(2)}, $14, $15, $16)
        """;

    private readonly string _count = $"UPDATE {database.Table("discussions")} SET comments = comments + 1 WHERE image_id = $1";
    private readonly string _comments = $"SELECT comments FROM {database.Table("discussions")} WHERE image_id = $1";
    private readonly string _image = $"SELECT 1 FROM {database.Table("images")} WHERE id = $1";
    private readonly string _find = $"SELECT {Columns} FROM {database.Table("comments")} WHERE id = $1";
    private readonly string _findByKey = $"SELECT {Columns}, fingerprint FROM {database.Table("comments")} WHERE key_owner = $1 AND request_key = $2";

    // One statement, which sees one moment: nothing that is below the revision is missing.
    private readonly string _list = $"""
        SELECT {string.Join(", ", Columns.Split(", ").Select(column => $"c.{column}"))}, d.revision, d.likes FROM {database.Table("discussions")} d
        LEFT JOIN {database.Table("comments")} c ON c.image_id = d.image_id AND c.revision > $2
        WHERE d.image_id = $1 ORDER BY c.revision LIMIT $3
        """;

    private readonly string _ofAuthor = $"SELECT {Columns} FROM {database.Table("comments")} WHERE author_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    private readonly string _state = $"SELECT image_id, revision, likes FROM {database.Table("discussions")} WHERE image_id = $1";
    private readonly string _states = $"SELECT image_id, revision, likes FROM {database.Table("discussions")} WHERE image_id IN ({string.Join(", ", Enumerable.Range(1, StatesAtOnce).Select(i => $"${i}"))})";

    // A deleted comment doesn't say any more whose it was, not by its key either.
    private readonly string _update = $"""
        UPDATE {database.Table("comments")}
        SET author_id = $3, key_owner = $3, text = $4, mentions = $5, edited_at = $6, deleted_at = $7, resolved_at = $8, version = version + 1, revision = {discussions.Revision(9)}
        WHERE id = $1 AND version = $2
        """;

    /// <summary>One statement however many are asked for, so that it is prepared once.</summary>
    private const int StatesAtOnce = 100;

    public async Task<AddCommentResult> AddAsync(Comment comment, CommentKey? key, int limit, CancellationToken cancellationToken)
    {
        var image = database.Value(comment.ImageId);
        // Two at once may go one beyond: the limit keeps pages small, and nobody counts.
        if (await database.ListAsync(new Statement(_comments, image), 1, row => row.GetInt32(0), cancellationToken) is [var count] && count >= limit)
            return await RepeatedAsync(comment.AuthorId, key, cancellationToken) ?? new(AddCommentOutcome.Full, null);
        try
        {
            await database.ChangeAsync([discussions.Begin(comment.ImageId), new(_insert, Values(comment, key)), new(_count, image)], cancellationToken);
        }
        catch (DbException e) when (e.IsDuplicate() && key is not null)
        {
            if (await RepeatedAsync(comment.AuthorId, key, cancellationToken) is { } there) return there;
            throw;
        }
        catch (DbException)
        {
            // Without an image there is no revision to insert.
            if (await database.ListAsync(new Statement(_image, image), 1, _ => true, cancellationToken) is []) return new(AddCommentOutcome.NoImage, null);
            throw;
        }

        return new(AddCommentOutcome.Added, await FindAsync(comment.Id, cancellationToken));
    }

    public async Task<Comment?> FindAsync(Id id, CancellationToken cancellationToken) =>
        await database.ListAsync(new Statement(_find, database.Value(id)), 1, Read, cancellationToken) is [var comment] ? comment : null;

    public async Task<CommentList> ListAsync(Id image, long? after, int limit, CancellationToken cancellationToken)
    {
        var query = new Statement(_list, database.Value(image), after ?? 0, limit);
        var rows = after is null
            ? await database.ListNearlyAsync(query, 16, ReadWithState, cancellationToken)
            : await database.ListAsync(query, 4, ReadWithState, cancellationToken);
        return rows is [var first, ..] ? new CommentList(first.State, [.. rows.Select(row => row.Comment).OfType<Comment>()]) : new CommentList(default, []);
    }

    public async Task<UpdateOutcome> UpdateAsync(Comment change, CancellationToken cancellationToken)
    {
        var rows = await database.ChangeAsync(
            [
                discussions.Begin(change.ImageId),
                new(
                    _update,
                    database.Value(change.Id), change.Version, Value(change.AuthorId), change.Text, Json(change.Mentions),
                    database.Value(change.EditedAt), database.Value(change.DeletedAt), database.Value(change.ResolvedAt), database.Value(change.ImageId)),
            ],
            cancellationToken);
        if (rows[1] == 1) return UpdateOutcome.Updated;
        return await FindAsync(change.Id, cancellationToken) is null ? UpdateOutcome.Missing : UpdateOutcome.Conflict;
    }

    public async Task<IReadOnlyList<Comment>> OfAuthorAsync(Id author, Id? after, int limit, CancellationToken cancellationToken) =>
        await database.ListAsync(new Statement(_ofAuthor, database.Value(author), database.Value(after ?? default), limit), 16, Read, cancellationToken);

    public async Task<IReadOnlyDictionary<Id, DiscussionState>> StatesAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken)
    {
        var states = new Dictionary<Id, DiscussionState>(images.Count);
        foreach (var some in images.Chunk(StatesAtOnce))
        {
            var query = some is [var one]
                ? new Statement(_state, database.Value(one))
                : new Statement(_states, [.. Enumerable.Range(0, StatesAtOnce).Select(i => database.Value(some[Math.Min(i, some.Length - 1)]))]);
            foreach (var (image, state) in await database.ListNearlyAsync(query, some.Length, row => (database.ReadId(row, 0), new DiscussionState(row.GetInt64(1), row.GetInt32(2))), cancellationToken))
                states[image] = state;
        }

        return states;
    }

    /// <summary>The comment that the key was used for; null where it was not used.</summary>
    private async Task<AddCommentResult?> RepeatedAsync(Id? author, CommentKey? key, CancellationToken cancellationToken)
    {
        if (key is null) return null;
        var there = await database.ListAsync(new Statement(_findByKey, Value(author), key.Key), 1, row => (Read(row), row.GetString(15)), cancellationToken);
        if (there is not [var (comment, fingerprint)]) return null;
        if (fingerprint != key.Fingerprint) return new(AddCommentOutcome.KeyReused, null);
        await database.ConfirmAsync(cancellationToken);
        return new(AddCommentOutcome.Repeated, comment);
    }

    private object?[] Values(Comment comment, CommentKey? key) =>
    [
        database.Value(comment.Id), database.Value(comment.ImageId), database.Value(comment.ThreadId), Value(comment.AuthorId), comment.Text, comment.X, comment.Y, Json(comment.Mentions),
        database.Value(comment.CreatedAt), database.Value(comment.EditedAt), database.Value(comment.DeletedAt), database.Value(comment.ResolvedAt), comment.Version,
        key is null ? null : Value(comment.AuthorId), key?.Key, key?.Fingerprint,
    ];

    private (Comment? Comment, DiscussionState State) ReadWithState(DbDataReader row) => (row.IsDBNull(0) ? null : Read(row), new DiscussionState(row.GetInt64(15), row.GetInt32(16)));

    private Comment Read(DbDataReader row) => new()
    {
        Id = database.ReadId(row, 0),
        ImageId = database.ReadId(row, 1),
        ThreadId = database.ReadId(row, 2),
        AuthorId = row.IsDBNull(3) ? null : database.ReadId(row, 3),
        Text = row.GetString(4),
        X = row.IsDBNull(5) ? null : row.GetDouble(5),
        Y = row.IsDBNull(6) ? null : row.GetDouble(6),
        Mentions = row.GetString(7) is var mentions and not "[]" ? JsonSerializer.Deserialize<Id[]>(mentions, JsonSerializerOptions.Web)! : [],
        CreatedAt = database.ReadTime(row, 8),
        EditedAt = ReadTime(row, 9),
        DeletedAt = ReadTime(row, 10),
        ResolvedAt = ReadTime(row, 11),
        Likes = row.GetInt32(12),
        Version = row.GetInt64(13),
        Revision = row.GetInt64(14),
    };

    private DateTimeOffset? ReadTime(DbDataReader row, int column) => row.IsDBNull(column) ? null : database.ReadTime(row, column);

    private object? Value(Id? id) => id is { } known ? database.Value(known) : null;

    private static string Json(IReadOnlyList<Id> ids) => ids.Count == 0 ? "[]" : JsonSerializer.Serialize(ids, JsonSerializerOptions.Web);
}
