using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>What a search costs: a bounded number of rows, whatever is asked for and whatever the planner believes.</summary>
public sealed class ImageSearchTests(Servers servers) : IDisposable
{
    /// <summary>Enough that reading all of them, or all of a common word, is far beyond what is allowed; more by hand, in SEARCH_TEST_IMAGES.</summary>
    private static readonly int Images = int.Parse(Environment.GetEnvironmentVariable("SEARCH_TEST_IMAGES") ?? "30000", CultureInfo.InvariantCulture);

    private static readonly Id Owner = Id.Create(DateTimeOffset.UnixEpoch, new Shard(7), 1);
    private static readonly ImageQuery Listed = new() { Visibility = Visibility.Public, Status = ImageStatus.Ready, Trashed = false, Limit = 50 };
    private static readonly ImageQuery Own = new() { Owner = Owner, Trashed = false, Limit = 50 };

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-search-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Each way, for a member's own images and for everybody's: the statement, and what leads it.</summary>
    private static IEnumerable<(string Name, ImageQuery Query, SearchTerms Terms, SearchLead? Lead)> Searches =>
        from query in new[] { Listed, Own, Listed with { Owner = Owner }, Listed with { Before = Id.Create(DateTimeOffset.UnixEpoch, new Shard(0), 0) } }
        from search in new (string Name, SearchTerms Terms, SearchLead? Lead)[]
        {
            ("count", new(["common", "rare"], "n"), null),
            ("common word", new(["common"], "comm"), new(LeadKind.Word, "common")),
            ("rare word", new(["rare"], "c"), new(LeadKind.Word, "rare")),
            ("two halves", new(["even", "odd"], null), new(LeadKind.Word, "even")),
            ("rare prefix", new(["common"], "rar"), new(LeadKind.Range)),
            ("common prefix", new([], "co"), new(LeadKind.Spellings, """["common"]""")),
            ("every prefix", new([], "n"), new(LeadKind.Images)),
        }
        select (search.Name, query, search.Terms, search.Lead);

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Statements_OnPostgres_ReadABoundedNumberOfRows(string planning)
    {
        var connectionString = await (await servers.PostgresAsync()).CreateDatabaseAsync(Ct);
        var services = await Catalogue.ServicesAsync(connectionString, "");
        var statements = new SearchStatements(services.GetRequiredKeyedService<RawDatabase>(CatalogueServices.Name));
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Command Timeout=120");
        await connection.OpenAsync(Ct);
        await ExecuteAsync(Fill("('00000000-0000-7' || substr(lpad(to_hex(g), 8, '0'), 1, 3) || '-8000-' || lpad(to_hex(g), 12, '0'))::uuid", "catalogue.", $"'{Owner.ToGuid()}'::uuid", "generate_series(1, " + Images + ") g", "now()"));
        await ExecuteAsync("VACUUM (ANALYZE) catalogue.images, catalogue.image_words");
        await ExecuteAsync($"SET plan_cache_mode = {planning}");

        var number = 0;
        foreach (var (name, query, terms, lead) in Searches)
        {
            var statement = lead is { } leads ? statements.Look(query, terms, leads, query.Before, 64) : statements.Count(query, terms);
            var types = statement.Values.Select(value => value is Guid ? "uuid" : "text");
            var values = statement.Values.Select(value => $"'{value}'");
            await ExecuteAsync($"PREPARE s{++number} ({string.Join(", ", types)}) AS {statement.Sql}");
            await using var explain = new NpgsqlCommand($"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE s{number} ({string.Join(", ", values)})", connection);
            var plan = (string)(await explain.ExecuteScalarAsync(Ct))!;
            using var json = JsonDocument.Parse(plan);
            var read = RowsRead(json.RootElement[0].GetProperty("Plan"));
            Assert.True(read <= 3_000, $"{name} of {query} reads {read} rows: {plan}");
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Ct);
        }
    }

    [Fact]
    public async Task Statements_OnSqlite_GoThroughNoTable()
    {
        var file = Path.Combine(_folder, "catalogue.db");
        var services = await Catalogue.ServicesAsync(null, file);
        var statements = new SearchStatements(services.GetRequiredKeyedService<RawDatabase>(CatalogueServices.Name));
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync(Ct);
        foreach (var analysed in new[] { false, true })
        {
            foreach (var (name, query, terms, lead) in Searches)
            {
                var statement = lead is { } leads ? statements.Look(query, terms, leads, query.Before, 64) : statements.Count(query, terms);
                await using var explain = connection.CreateCommand();
                explain.CommandText = $"EXPLAIN QUERY PLAN {statement.Sql}";
                for (var i = 0; i < statement.Values.Count; i++) explain.Parameters.AddWithValue($"${i + 1}", statement.Values[i]);
                var plan = new List<string>();
                await using var reader = await explain.ExecuteReaderAsync(Ct);
                while (await reader.ReadAsync(Ct)) plan.Add(reader.GetString(3));
                Assert.DoesNotMatch("SCAN [wit]\\b(?! USING (COVERING )?INDEX ix_images_gallery)", string.Join('\n', plan));
                Assert.False(plan.Any(line => line.StartsWith("SEARCH w ", StringComparison.Ordinal) && !line.Contains("word", StringComparison.Ordinal)), $"{name} of {query}: {string.Join('\n', plan)}");
            }
            if (analysed) break;
            await using var fill = connection.CreateCommand();
            fill.CommandText = Fill("unhex('0000000000007' || substr(printf('%08x', g), 1, 3) || '8000' || printf('%012x', g))", "", $"unhex('{Convert.ToHexString(Owner.ToBytes())}')", $"(WITH RECURSIVE n(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < 2000) SELECT g FROM n)", "0") + "; ANALYZE";
            await fill.ExecuteNonQueryAsync(Ct);
        }
    }

    [Fact]
    public async Task Search_ThatFindsNothingForLong_StopsAndGoesOnWhereItWas()
    {
        var services = await Catalogue.ServicesAsync(null, Path.Combine(_folder, "catalogue.db"));
        var (catalogue, ids) = (services.GetRequiredService<ICatalogue>(), new IdGenerator(TimeProvider.System));
        var images = Enumerable.Range(0, 400).Select(i => CatalogueContract.NewImage(ids, Owner) with { Title = i % 2 == 0 && i != 100 ? "even" : i == 100 ? "even odd" : "odd" }).OrderBy(image => image.Id).ToList();
        foreach (var image in images) await catalogue.AddAsync(image, Ct);
        var search = new ImageSearch(services.GetRequiredKeyedService<RawDatabase>(CatalogueServices.Name), most: 60);
        Assert.True(SearchTerms.TryParse("even odd", out var terms, out _));

        var (found, pages, query) = (new List<Id>(), 0, Own with { Limit = 3 });
        for (Id? next = null; pages == 0 || next is not null; pages++)
        {
            var page = await search.SearchAsync(query with { After = next }, terms, Ct);
            found.AddRange(page.Images.Select(image => image.Id));
            next = page.Next;
        }
        Assert.Equal([images.Single(image => image.Title == "even odd").Id], found);
        Assert.InRange(pages, 3, 6);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Images of one owner, all of them listed: a word that all have, one of half of them each, one of three, and one of each alone.</summary>
    private static string Fill(string id, string schema, string owner, string numbers, string now) => $"""
        INSERT INTO {schema}images (id, owner_id, title, description, tags, visibility, status, file_name, content_type, bytes, sha256, width, height, content_hash, variants, avif_done, created_at, updated_at, version, indexed_version)
        SELECT {id}, {owner}, '', '', '[]', 2, 1, '', '', 1, CAST(g AS text), 1, 1, '', '[]', true, {now}, {now}, 1, 1 FROM {numbers};
        INSERT INTO {schema}image_words (image_id, word, owner_id, listed) SELECT {id}, 'common', {owner}, true FROM {numbers};
        INSERT INTO {schema}image_words (image_id, word, owner_id, listed) SELECT {id}, 'n' || g, {owner}, true FROM {numbers};
        INSERT INTO {schema}image_words (image_id, word, owner_id, listed) SELECT {id}, CASE g % 2 WHEN 0 THEN 'even' ELSE 'odd' END, {owner}, true FROM {numbers};
        INSERT INTO {schema}image_words (image_id, word, owner_id, listed) SELECT {id}, 'rare', {owner}, true FROM {numbers} WHERE g % 10000 = 5
        """;

    /// <summary>Rows that the plan took from tables and indexes, also those that it threw away.</summary>
    private static double RowsRead(JsonElement node)
    {
        var read = 0.0;
        if (node.TryGetProperty("Relation Name", out _) || node.GetProperty("Node Type").GetString() == "Bitmap Index Scan")
        {
            var loops = node.GetProperty("Actual Loops").GetDouble();
            read += loops * node.GetProperty("Actual Rows").GetDouble();
            foreach (var removed in new[] { "Rows Removed by Filter", "Rows Removed by Index Recheck" })
                if (node.TryGetProperty(removed, out var rows)) read += loops * rows.GetDouble();
        }
        return read + (node.TryGetProperty("Plans", out var inner) ? inner.EnumerateArray().Sum(RowsRead) : 0);
    }
}
