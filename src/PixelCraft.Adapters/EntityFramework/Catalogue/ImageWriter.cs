using System.Data.Common;
using System.Text.Json;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Adds and removes records by SQL of its own: every upload adds one.</summary>
internal sealed class ImageWriter(RawDatabase database, ImageReader reader, StorageStatements sums, DiscussionStatements discussions, WordStatements words, TimeProvider time)
{
    private readonly string _insert = $"""
        INSERT INTO {database.Table("images")} ({string.Join(", ", ImageReader.Columns)}, indexed_version)
        VALUES ({string.Join(", ", ImageReader.Columns.Select((_, i) => $"${i + 1}"))}, ${ImageReader.Columns.Count + 1})
        """;

    private readonly string _insertTag = $"INSERT INTO {database.Table("image_tags")} (image_id, tag, owner_id, listed) VALUES ($1, $2, $3, $4)";
    private readonly string _endReservation = $"DELETE FROM {database.Table("reservations")} WHERE id = $1";
    private readonly string _same = $"SELECT id FROM {database.Table("images")} WHERE owner_id = $1 AND sha256 = $2";
    private readonly string _owner = $"SELECT owner_id FROM {database.Table("images")} WHERE id = $1";
    private readonly string _notUsed = $"""
        UPDATE {database.Table("storage_use")}
        SET used = used - COALESCE((SELECT i.bytes FROM {database.Table("images")} i WHERE i.id = $1 AND (i.version = $2 OR $2 < 0)), 0) WHERE owner_id = $3
        """;

    private readonly string _withdraw = $"""
        INSERT INTO {database.Table("withdrawals")} (image_id, at, due_at)
        SELECT i.id, $3, $3 FROM {database.Table("images")} i WHERE i.id = $1 AND (i.version = $2 OR $2 < 0) AND i.visibility <> {(int)Visibility.Private}
        ON CONFLICT (image_id) DO UPDATE SET at = excluded.at, due_at = excluded.due_at
        """;

    private readonly string _delete = $"DELETE FROM {database.Table("images")} WHERE id = $1 AND (version = $2 OR $2 < 0)";

    /// <summary>As <see cref="ICatalogue.AddAsync"/>.</summary>
    public async Task<AddResult> AddAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        var id = database.Value(image.Id);
        List<Statement> statements =
        [
            sums.Use(image.OwnerId, image.Bytes), new(_endReservation, id), sums.CountReserved(image.OwnerId), new(_insert, Values(image)),
            .. ImageTag.Of(image).Select(tag => new Statement(_insertTag, id, tag.Tag, database.Value(tag.OwnerId), tag.IsListed)),
            words.Add(image),
        ];
        while (true)
        {
            try
            {
                await database.ChangeAsync(statements, cancellationToken);
                return new AddResult(AddOutcome.Added, null);
            }
            catch (DbException e) when (e.IsDuplicate())
            {
                var there = await SameAsync(image, cancellationToken);
                if (there is not null && there.Id != image.Id)
                {
                    // The client is told that it is there.
                    await database.ConfirmAsync(cancellationToken);
                    return new AddResult(AddOutcome.Duplicate, there);
                }
                if (there is not null || await reader.FindAsync(image.Id, cancellationToken) is not null)
                    throw new ArgumentException($"There is an image {image.Id} already.", nameof(image), e);
                // The one in the way was removed in the meantime.
            }
        }
    }

    /// <summary>As <see cref="ICatalogue.RemoveAsync"/>.</summary>
    public async Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken)
    {
        var key = database.Value(id);
        if (await database.ListAsync(new Statement(_owner, key), 1, row => database.ReadId(row, 0), cancellationToken) is not [var owner])
        {
            await database.ConfirmAsync(cancellationToken); // that it is gone
            return false;
        }
        object only = version ?? -1;
        var rows = await database.ChangeAsync(
            [
                sums.Use(owner, 0), new(_notUsed, key, only, database.Value(owner)), new(_withdraw, key, only, database.Value(time.GetUtcNow())), new(_delete, key, only),
                .. discussions.Remove(id),
            ],
            cancellationToken);
        return rows[3] > 0;
    }

    private async Task<ImageRecord?> SameAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        var ids = await database.ListAsync(new Statement(_same, database.Value(image.OwnerId), image.Sha256), 1, row => database.ReadId(row, 0), cancellationToken);
        return ids is [var id] ? await reader.FindAsync(id, cancellationToken) : null;
    }

    /// <summary>In the order of <see cref="ImageReader.Columns"/>, and the version whose words are indexed.</summary>
    private object?[] Values(ImageRecord image) =>
    [
        database.Value(image.Id), database.Value(image.OwnerId), image.Title, image.Description, Json(image.Tags), (int)image.Visibility, (int)image.Status,
        image.FailureReason, image.FileName, image.ContentType, image.Bytes, image.Sha256, image.Width, image.Height, image.ThumbHash, image.ContentHash,
        Json(image.Variants), database.Value(image.CreatedAt), database.Value(image.UpdatedAt), database.Value(image.TrashedAt), image.Version,
        image.DominantColour, database.Value(image.TakenAt), image.AvifDone, image.Metadata is { } metadata ? JsonSerializer.Serialize(metadata, JsonSerializerOptions.Web) : null,
        image.Version,
    ];

    private static string Json<T>(IReadOnlyList<T> list) => list.Count == 0 ? "[]" : JsonSerializer.Serialize(list, JsonSerializerOptions.Web);
}
