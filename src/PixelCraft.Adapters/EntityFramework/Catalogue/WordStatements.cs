using System.Text.Json;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The statements that write <see cref="ImageWord"/>s past EF Core: all of an image by one, whose text is the same for any number.</summary>
internal sealed class WordStatements(RawDatabase database)
{
    private readonly string _insert = $"""
        INSERT INTO {database.Table("image_words")} (image_id, word, owner_id, listed) SELECT $1, w.value, $2, $3 FROM {List(database, "$4")} w
        """;

    private readonly string _mark = $"UPDATE {database.Table("images")} SET indexed_version = version WHERE id = $1 AND version = $2";
    private readonly string _delete = $"""
        DELETE FROM {database.Table("image_words")} WHERE image_id = $1 AND EXISTS (SELECT 1 FROM {database.Table("images")} i WHERE i.id = $1 AND i.version = $2)
        """;

    private readonly string _insertOfVersion = $"""
        INSERT INTO {database.Table("image_words")} (image_id, word, owner_id, listed) SELECT $1, w.value, $2, $3 FROM {List(database, "$4")} w
        WHERE EXISTS (SELECT 1 FROM {database.Table("images")} i WHERE i.id = $1 AND i.version = $5)
        """;

    /// <summary>The words of a record that is new.</summary>
    public Statement Add(ImageRecord image) => new(_insert, Values(image));

    /// <summary>Makes the words what the record says, and marks them as its version's; does nothing when it has another version by now. In this order, the first one locks the record.</summary>
    public IEnumerable<Statement> Index(ImageRecord image) =>
    [
        new(_mark, database.Value(image.Id), image.Version),
        new(_delete, database.Value(image.Id), image.Version),
        new(_insertOfVersion, [.. Values(image), image.Version]),
    ];

    /// <summary>A list of texts, given as JSON, as a table with the column <c>value</c>.</summary>
    public static string List(RawDatabase database, string parameter) =>
        database.IsSqlite ? $"json_each({parameter})" : $"jsonb_array_elements_text({parameter}::jsonb)";

    private object?[] Values(ImageRecord image)
    {
        var words = ImageWord.Of(image).ToList();
        return
        [
            database.Value(image.Id), database.Value(image.OwnerId), words is [{ IsListed: true }, ..],
            JsonSerializer.Serialize(words.Select(word => word.Word), JsonSerializerOptions.Default),
        ];
    }
}
