using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// What every change of a discussion begins with: a new revision, by which the row of the discussion is locked until the end of the transaction.
/// So revisions are committed in their order, and who has read up to one has missed none.
/// </summary>
internal sealed class DiscussionStatements(RawDatabase database)
{
    // The image's row is held, so that it can't go while something is added to it.
    private readonly string _begin = $"""
        INSERT INTO {database.Table("discussions")} AS d (image_id, revision, comments, likes)
        SELECT i.id, 1, 0, 0 FROM {database.Table("images")} i WHERE i.id = $1 {(database.IsSqlite ? "" : "FOR KEY SHARE")}
        ON CONFLICT (image_id) DO UPDATE SET revision = d.revision + 1
        """;

    private readonly string[] _remove = [.. new[] { "comments", "likes", "discussions" }.Select(table =>
        $"DELETE FROM {database.Table(table)} WHERE image_id = $1 AND NOT EXISTS (SELECT 1 FROM {database.Table("images")} i WHERE i.id = $1)")];

    /// <summary>The revision that the transaction makes, within a statement; the image's id is its parameter of this number.</summary>
    public string Revision(int parameter) => $"(SELECT revision FROM {database.Table("discussions")} WHERE image_id = ${parameter})";

    /// <summary>Changes no row where there is no such image.</summary>
    public Statement Begin(Id image) => new(_begin, database.Value(image));

    /// <summary>Removes all of an image that is gone.</summary>
    public IEnumerable<Statement> Remove(Id image) => _remove.Select(sql => new Statement(sql, database.Value(image)));
}
