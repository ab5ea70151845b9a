using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Finds and lists records by SQL of its own: the catalogue's hot reads.</summary>
internal sealed class ImageReader
{
    /// <summary>The columns in the order in which <see cref="ReadWithMetadata"/> takes them; lists leave out the last. Those of the model, as a test sees to.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "id", "owner_id", "title", "description", "tags", "visibility", "status", "failure_reason", "file_name", "content_type", "bytes", "sha256", "width", "height",
        "thumb_hash", "content_hash", "variants", "created_at", "updated_at", "trashed_at", "version", "dominant_colour", "taken_at", "avif_done", "metadata",
    ];

    /// <summary>The columns of a list, of the table called <c>i</c>.</summary>
    public static readonly string ListColumns = string.Join(", ", Columns.SkipLast(1).Select(column => $"i.{column}"));

    private readonly RawDatabase _database;
    private readonly bool _nearly;
    private readonly string _images;
    private readonly string _tags;
    private readonly string _find;
    private readonly ConcurrentDictionary<Shape, string> _lists = new();

    /// <param name="database">Where they are.</param>
    /// <param name="nearly">Whether what is read may be a little old: <see cref="RawDatabase.ListNearlyAsync"/>.</param>
    public ImageReader(RawDatabase database, bool nearly)
    {
        (_database, _nearly) = (database, nearly);
        (_images, _tags) = (database.Table("images"), database.Table("image_tags"));
        _find = $"SELECT {ListColumns}, i.{Columns[^1]} FROM {_images} i WHERE i.id = $1";
    }

    public async Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) =>
        await RowsAsync(new Statement(_find, _database.Value(id)), 1, ReadWithMetadata, cancellationToken) is [var image] ? image : null;

    public async Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var sql = _lists.GetOrAdd(Shape.Of(query), Sql);
        var values = new List<object?>(6);
        if (query.Tag is not null) values.Add(query.Tag);
        if (query.Owner is { } owner) values.Add(_database.Value(owner));
        if (query.TrashedBefore is { } then) values.Add(_database.Value(then));
        if (query.After is { } after) values.Add(_database.Value(after));
        if (query.Before is { } before) values.Add(_database.Value(before));
        values.Add(query.Limit);
        var images = await RowsAsync(new Statement(sql, values), query.Limit, Read, cancellationToken);
        if (query.Before is not null) images.Reverse(); // the nearest came first
        return images;
    }

    private Task<List<ImageRecord>> RowsAsync(Statement query, int expected, Func<DbDataReader, ImageRecord> read, CancellationToken cancellationToken) => _nearly
        ? _database.ListNearlyAsync(query, expected, read, cancellationToken)
        : _database.ListAsync(query, expected, read, cancellationToken);

    private string Sql(Shape shape)
    {
        var place = 0;
        var sql = $"SELECT {ListColumns} FROM ";
        // By tag, the tags' index leads: it knows which images are shown.
        var key = shape.Tag ? "t.image_id" : "i.id";
        var owner = shape.Tag ? "t.owner_id" : "i.owner_id";
        sql += shape.Tag ? $"{_tags} t JOIN {_images} i ON i.id = t.image_id WHERE t.tag = ${++place}" : $"{_images} i WHERE 1 = 1";
        if (shape.Owner) sql += $" AND {owner} = ${++place}";
        if (shape.Tag && shape is { Visibility: Visibility.Public, Status: ImageStatus.Ready, Trashed: false }) sql += " AND t.listed";
        sql += Shown(shape.Visibility, shape.Status, shape.Trashed);
        if (shape.AvifDone is { } done) sql += done ? " AND i.avif_done" : " AND NOT i.avif_done";
        if (shape.TrashedBefore) sql += $" AND i.trashed_at < ${++place}";
        if (shape.After) sql += $" AND {key} < ${++place}";
        if (shape.Before) sql += $" AND {key} > ${++place}";
        return sql + $" ORDER BY {key}{(shape.Before ? "" : " DESC")} LIMIT ${++place}";
    }

    /// <summary>Which images of the table called <c>i</c> a list shows. As constants, not parameters: only then may the planners use the partial indexes.</summary>
    public static string Shown(Visibility? visibility, ImageStatus? status, bool? trashed)
    {
        var sql = "";
        if (visibility is { } seen) sql += $" AND i.visibility = {(int)seen}";
        if (status is { } stage) sql += $" AND i.status = {(int)stage}";
        return sql + trashed switch { true => " AND i.trashed_at IS NOT NULL", false => " AND i.trashed_at IS NULL", null => "" };
    }

    private ImageRecord Read(DbDataReader row) => Read(row, 0);

    /// <summary>The record in a row of <see cref="ListColumns"/>, which begin at a column.</summary>
    public ImageRecord Read(DbDataReader row, int first) => new()
    {
        Id = _database.ReadId(row, first),
        OwnerId = _database.ReadId(row, first + 1),
        Title = row.GetString(first + 2),
        Description = row.GetString(first + 3),
        Tags = row.GetString(first + 4) is var tags && tags == "[]" ? [] : JsonSerializer.Deserialize(tags, ColumnJson.Default.StringArray)!,
        Visibility = (Visibility)row.GetInt32(first + 5),
        Status = (ImageStatus)row.GetInt32(first + 6),
        FailureReason = row.IsDBNull(first + 7) ? null : row.GetString(first + 7),
        FileName = row.GetString(first + 8),
        ContentType = row.GetString(first + 9),
        Bytes = row.GetInt64(first + 10),
        Sha256 = row.GetString(first + 11),
        Width = row.GetInt32(first + 12),
        Height = row.GetInt32(first + 13),
        ThumbHash = row.IsDBNull(first + 14) ? null : row.GetString(first + 14),
        ContentHash = row.GetString(first + 15),
        Variants = VariantColumn.Read(row.GetString(first + 16)),
        CreatedAt = _database.ReadTime(row, first + 17),
        UpdatedAt = _database.ReadTime(row, first + 18),
        TrashedAt = row.IsDBNull(first + 19) ? null : _database.ReadTime(row, first + 19),
        Version = row.GetInt64(first + 20),
        DominantColour = row.IsDBNull(first + 21) ? null : row.GetString(first + 21),
        TakenAt = row.IsDBNull(first + 22) ? null : _database.ReadTime(row, first + 22),
        AvifDone = row.GetBoolean(first + 23),
    };

    private ImageRecord ReadWithMetadata(DbDataReader row)
    {
        var image = Read(row);
        return row.IsDBNull(24) ? image : image with { Metadata = JsonSerializer.Deserialize(row.GetString(24), ColumnJson.Default.ImageMetadata) };
    }

    /// <summary>What of a query decides the text of its SQL.</summary>
    private readonly record struct Shape(bool Owner, bool Tag, Visibility? Visibility, ImageStatus? Status, bool? Trashed, bool? AvifDone, bool TrashedBefore, bool After, bool Before)
    {
        public static Shape Of(ImageQuery query) => new(
            query.Owner is not null, query.Tag is not null, query.Visibility, query.Status, query.Trashed, query.AvifDone, query.TrashedBefore is not null, query.After is not null, query.Before is not null);
    }
}

/// <summary>Lists as they stand in columns of JSON text.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ImageMetadata))]
internal sealed partial class ColumnJson : JsonSerializerContext;
