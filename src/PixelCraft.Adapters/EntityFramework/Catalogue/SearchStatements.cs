using System.Collections.Concurrent;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// The SQL of <see cref="ImageSearch"/>, the same for SQLite and PostgreSQL. It leaves the planners nothing to guess, who know neither how
/// common a word is nor how many begin alike: what is asked of each image is asked as a value, which can't become a join, and numbers of rows are constants.
/// </summary>
internal sealed class SearchStatements(RawDatabase database)
{
    /// <summary>Behind all words that begin alike: the last code point, which is in no word.</summary>
    private const string End = "\U0010FFFF";

    private readonly ConcurrentDictionary<string, string> _texts = new();
    private readonly string _images = database.Table("images");
    private readonly string _words = database.Table("image_words");
    private readonly string _tags = database.Table("image_tags");

    /// <summary>
    /// The same words, some of them repeated, so that there are few different texts: each is kept, prepared, on each connection, and who asks may be anybody.
    /// </summary>
    public static SearchTerms Pad(SearchTerms terms)
    {
        if (terms.Words.Count <= 1) return terms;
        var count = terms.Words.Count <= 4 ? 4 : SearchTerms.MaxWords;
        return terms with { Words = [.. terms.Words, .. Enumerable.Repeat(terms.Words[^1], count - terms.Words.Count)] };
    }

    /// <summary>Of how many images each word is, the prefix last; up to <see cref="ImageSearch.Rare"/>.</summary>
    public Statement Count(ImageQuery query, SearchTerms terms)
    {
        var values = new Values(database);
        var scope = Scope(query, values);
        var counts = terms.Words.Select(word => $"w.word = {values.Add(word)} ORDER BY w.image_id")
            .Concat(terms.Prefix is null ? [] : [$"{Begins(terms.Prefix, values)} ORDER BY w.word, w.image_id"])
            .Select(which => $"(SELECT count(*) FROM (SELECT 1 FROM {_words} w WHERE {scope} AND {which} LIMIT {ImageSearch.Rare}) c)");
        return Statement($"SELECT {string.Join(", ", counts.Select(count => $"CAST({count} AS int)"))}", values);
    }

    /// <summary>The words that begin with the prefix, one more than <see cref="ImageSearch.Spellings"/> at most: each looked up behind the one before.</summary>
    public Statement Spell(ImageQuery query, SearchTerms terms)
    {
        var values = new Values(database);
        var scope = Scope(query, values);
        var (begin, end) = (values.Add(terms.Prefix), values.Add(terms.Prefix + End));
        string First(string from) => $"(SELECT w.word FROM {_words} w WHERE {scope} AND w.word {from} AND w.word < {end} ORDER BY w.word LIMIT 1)";
        return Statement(
            $"""
            WITH RECURSIVE spelling(word, n) AS (
                SELECT {First($">= {begin}")}, 0
                UNION ALL SELECT {First("> s.word")}, s.n + 1 FROM spelling s WHERE s.word IS NOT NULL AND s.n < {ImageSearch.Spellings}
            ) SELECT word FROM spelling WHERE word IS NOT NULL
            """,
            values);
    }

    /// <summary>The next images of the lead, in the order of the search: the id of each, and the record where it is one that is searched for.</summary>
    public Statement Look(ImageQuery query, SearchTerms terms, SearchLead lead, Id? from, int count)
    {
        var values = new Values(database);
        var (behind, order) = query.Before is null ? ("<", "DESC") : (">", "ASC");
        var place = values.Add(from is { } id ? database.Value(id) : database.IsSqlite ? Enumerable.Repeat((byte)0xff, 16).ToArray() : Guid.AllBitsSet);
        var candidates = Candidates();
        var others = terms.Words.ToList();
        if (lead.Kind is LeadKind.Word) others.Remove(lead.Value!);
        var checks = others.Select(word => Has($"w.word = {values.Add(word)}")).ToList();
        if (terms.Prefix is not null && lead.Kind is (LeadKind.Word or LeadKind.Images)) checks.Add(Has(Begins(terms.Prefix!, values)));
        if (query.Tag is { } tag) checks.Add($"(SELECT 1 FROM {_tags} t WHERE t.image_id = c.id AND t.tag = {values.Add(tag)}) = 1");
        return Statement(
            $"""
            SELECT c.id, {ImageReader.ListColumns} FROM ({candidates}) c
            LEFT JOIN {_images} i ON i.id = c.id{Shown(query)}{string.Concat(checks.Select(check => $" AND {check}"))}
            ORDER BY c.id {order}
            """,
            values);

        string Candidates()
        {
            var limit = $"ORDER BY id {order} LIMIT {count}";
            if (lead.Kind is LeadKind.Images)
                return $"SELECT i.id FROM {_images} i WHERE {(query.Owner is { } owner ? $"i.owner_id = {values.Add(database.Value(owner))}" : "1 = 1")}{Shown(query)} AND i.id {behind} {place} {limit}";
            var scope = Scope(query, values);
            return lead.Kind switch
            {
                LeadKind.Word => $"SELECT w.image_id AS id FROM {_words} w WHERE {scope} AND w.word = {values.Add(lead.Value)} AND w.image_id {behind} {place} {limit}",
                // All of them first: a planner that thinks they are many would rather go through the images in order.
                LeadKind.Range => $"""
                    WITH few AS MATERIALIZED (SELECT w.image_id AS id FROM {_words} w WHERE {scope} AND {Begins(terms.Prefix!, values)})
                    SELECT DISTINCT id FROM few WHERE id {behind} {place} {limit}
                    """,
                _ => Merge(scope, values.Add(lead.Value), place, behind, order, count),
            };
        }

        string Has(string which) => $"(SELECT 1 FROM {_words} w WHERE w.image_id = c.id AND {which} LIMIT 1) = 1";
    }

    /// <summary>Step by step the nearest image that any of the words has.</summary>
    private string Merge(string scope, string spellings, string place, string behind, string order, int count)
    {
        string Nearest(string from) => $"""
            (SELECT f.id FROM (SELECT
                (SELECT w.image_id FROM {_words} w WHERE {scope} AND w.word = s.value AND w.image_id {behind} {from} ORDER BY w.image_id {order} LIMIT 1) AS id
                FROM {WordStatements.List(database, spellings)} s) f WHERE f.id IS NOT NULL ORDER BY f.id {order} LIMIT 1)
            """;
        return $"""
            WITH RECURSIVE merged(id, n) AS (
                SELECT {Nearest(place)}, 1
                UNION ALL SELECT {Nearest("m.id")}, m.n + 1 FROM merged m WHERE m.id IS NOT NULL AND m.n < {count}
            ) SELECT id FROM merged WHERE id IS NOT NULL LIMIT {count}
            """;
    }

    /// <summary>Which part of the index: an owner's, or what everybody sees.</summary>
    private string Scope(ImageQuery query, Values values) => query.Owner is { } owner ? $"w.owner_id = {values.Add(database.Value(owner))}" : "w.listed";

    private static string Begins(string prefix, Values values) => $"w.word >= {values.Add(prefix)} AND w.word < {values.Add(prefix + End)}";

    private static string Shown(ImageQuery query) => ImageReader.Shown(query.Visibility, query.Status, query.Trashed);

    /// <summary>The same instance for the same text, by which what was prepared is known.</summary>
    private Statement Statement(string sql, Values values) => new(_texts.GetOrAdd(sql, sql), values.All);

    /// <summary>The values of a statement, in the order in which its text names them.</summary>
    private sealed class Values(RawDatabase database)
    {
        private readonly List<object?> _all = [];

        public IReadOnlyList<object?> All => _all;

        /// <summary>Adds one; returns how the text names it, with its type where PostgreSQL must be told.</summary>
        public string Add(object? value)
        {
            _all.Add(value);
            return database.IsSqlite || value is not string ? $"${_all.Count}" : $"${_all.Count}::text";
        }
    }
}
