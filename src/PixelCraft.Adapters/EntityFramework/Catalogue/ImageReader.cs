using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Finds and lists records by SQL of its own: the catalogue's hot reads. Names of columns come from the model.</summary>
internal sealed class ImageReader
{
    /// <summary>The properties in the order in which <see cref="Read"/> takes their columns.</summary>
    private static readonly string[] Properties =
    [
        nameof(ImageRecord.Id), nameof(ImageRecord.OwnerId), nameof(ImageRecord.Title), nameof(ImageRecord.Description), nameof(ImageRecord.Tags),
        nameof(ImageRecord.Visibility), nameof(ImageRecord.Status), nameof(ImageRecord.FailureReason), nameof(ImageRecord.FileName),
        nameof(ImageRecord.ContentType), nameof(ImageRecord.Bytes), nameof(ImageRecord.Sha256), nameof(ImageRecord.Width), nameof(ImageRecord.Height),
        nameof(ImageRecord.ThumbHash), nameof(ImageRecord.ContentHash), nameof(ImageRecord.Variants), nameof(ImageRecord.CreatedAt),
        nameof(ImageRecord.UpdatedAt), nameof(ImageRecord.TrashedAt), nameof(ImageRecord.Version), nameof(ImageRecord.DominantColour),
        nameof(ImageRecord.TakenAt), nameof(ImageRecord.Metadata), nameof(ImageRecord.AvifDone),
    ];

    private readonly RawReads _reads;
    private readonly bool _isSqlite;
    private readonly string _columns;
    private readonly string _images;
    private readonly string _tags;
    private readonly string _find;
    private readonly ConcurrentDictionary<Shape, string> _lists = new();

    public ImageReader(RawReads reads, IDbContextFactory<CatalogueDbContext> factory)
    {
        _reads = reads;
        using var db = factory.CreateDbContext();
        _isSqlite = db.Database.IsSqlite();
        var type = db.Model.FindEntityType(typeof(ImageRecord))!;
        if (type.GetProperties().FirstOrDefault(property => !Properties.Contains(property.Name)) is { } forgotten)
            throw new InvalidOperationException($"{nameof(ImageReader)} does not read {forgotten.Name}.");
        _columns = string.Join(", ", Properties.Select(name => $"i.{type.FindProperty(name)!.GetColumnName()}"));
        _images = Table(type);
        _tags = Table(db.Model.FindEntityType(typeof(ImageTag))!);
        _find = $"SELECT {_columns} FROM {_images} i WHERE i.id = $1";
    }

    public async Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) =>
        await _reads.ListAsync(_find, [Value(id)], Read, cancellationToken) is [var image] ? image : null;

    public async Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken)
    {
        var sql = _lists.GetOrAdd(Shape.Of(query), Sql);
        var values = new List<object>(6);
        if (query.Tag is not null) values.Add(query.Tag);
        if (query.Owner is { } owner) values.Add(Value(owner));
        if (query.TrashedBefore is { } then) values.Add(Value(then));
        if (query.After is { } after) values.Add(Value(after));
        if (query.Before is { } before) values.Add(Value(before));
        values.Add(query.Limit);
        var images = await _reads.ListAsync(sql, values, Read, cancellationToken);
        if (query.Before is not null) images.Reverse(); // the nearest came first
        return images;
    }

    private string Sql(Shape shape)
    {
        var place = 0;
        var sql = $"SELECT {_columns} FROM ";
        // By tag, the tags' index leads: it knows which images are shown.
        var key = shape.Tag ? "t.image_id" : "i.id";
        var owner = shape.Tag ? "t.owner_id" : "i.owner_id";
        sql += shape.Tag ? $"{_tags} t JOIN {_images} i ON i.id = t.image_id WHERE t.tag = ${++place}" : $"{_images} i WHERE 1 = 1";
        if (shape.Owner) sql += $" AND {owner} = ${++place}";
        // As constants, not parameters: only then may the planners use the partial indexes.
        if (shape.Tag && shape is { Visibility: Visibility.Public, Status: ImageStatus.Ready, Trashed: false }) sql += " AND t.listed";
        if (shape.Visibility is { } visibility) sql += $" AND i.visibility = {(int)visibility}";
        if (shape.Status is { } status) sql += $" AND i.status = {(int)status}";
        if (shape.Trashed is { } trashed) sql += trashed ? " AND i.trashed_at IS NOT NULL" : " AND i.trashed_at IS NULL";
        if (shape.AvifDone is { } done) sql += done ? " AND i.avif_done" : " AND NOT i.avif_done";
        if (shape.TrashedBefore) sql += $" AND i.trashed_at < ${++place}";
        if (shape.After) sql += $" AND {key} < ${++place}";
        if (shape.Before) sql += $" AND {key} > ${++place}";
        return sql + $" ORDER BY {key}{(shape.Before ? "" : " DESC")} LIMIT ${++place}";
    }

    private object Value(Id id) => _isSqlite ? id.ToBytes() : id.ToGuid();

    private object Value(DateTimeOffset time) => _isSqlite ? ModelConventions.ToMicroseconds(time) : time.UtcDateTime;

    private ImageRecord Read(DbDataReader row) => new()
    {
        Id = ReadId(row, 0),
        OwnerId = ReadId(row, 1),
        Title = row.GetString(2),
        Description = row.GetString(3),
        Tags = row.GetString(4) is var tags && tags == "[]" ? [] : JsonSerializer.Deserialize(tags, ColumnJson.Default.StringArray)!,
        Visibility = (Visibility)row.GetInt32(5),
        Status = (ImageStatus)row.GetInt32(6),
        FailureReason = row.IsDBNull(7) ? null : row.GetString(7),
        FileName = row.GetString(8),
        ContentType = row.GetString(9),
        Bytes = row.GetInt64(10),
        Sha256 = row.GetString(11),
        Width = row.GetInt32(12),
        Height = row.GetInt32(13),
        ThumbHash = row.IsDBNull(14) ? null : row.GetString(14),
        ContentHash = row.GetString(15),
        Variants = JsonSerializer.Deserialize(row.GetString(16), ColumnJson.Default.VariantArray)!,
        CreatedAt = ReadTime(row, 17),
        UpdatedAt = ReadTime(row, 18),
        TrashedAt = row.IsDBNull(19) ? null : ReadTime(row, 19),
        Version = row.GetInt64(20),
        DominantColour = row.IsDBNull(21) ? null : row.GetString(21),
        TakenAt = row.IsDBNull(22) ? null : ReadTime(row, 22),
        Metadata = row.IsDBNull(23) ? null : JsonSerializer.Deserialize(row.GetString(23), ColumnJson.Default.ImageMetadata),
        AvifDone = row.GetBoolean(24),
    };

    private Id ReadId(DbDataReader row, int column) =>
        _isSqlite ? Id.FromBytes(row.GetFieldValue<byte[]>(column)) : Id.FromGuid(row.GetGuid(column));

    private DateTimeOffset ReadTime(DbDataReader row, int column) =>
        _isSqlite ? ModelConventions.FromMicroseconds(row.GetInt64(column)) : new DateTimeOffset(row.GetDateTime(column));

    private static string Table(IEntityType type) => type.GetSchema() is { } schema ? $"{schema}.{type.GetTableName()}" : type.GetTableName()!;

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
[JsonSerializable(typeof(Variant[]))]
[JsonSerializable(typeof(ImageMetadata))]
internal sealed partial class ColumnJson : JsonSerializerContext;
