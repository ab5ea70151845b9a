using Microsoft.Data.Sqlite;
using PixelCraft.Adapters.EntityFramework;
using SQLitePCL;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>What the statements of the hot paths cost on SQLite.</summary>
public sealed class RawDatabaseTests : IDisposable
{
    /// <summary>SQLITE_STMTSTATUS_REPREPARE and _RUN (https://sqlite.org/c3ref/c_stmtstatus_counter.html).</summary>
    private const int PreparedAgain = 5, Runs = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-raw-").FullName;

    [Fact]
    public async Task List_WithOtherValues_IsNotPlannedAgain()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "a.db")};Pooling=False");
        // Else the binding does not let statements be looked for.
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == System.Data.ConnectionState.Open) connection.Handle!.enable_sqlite3_next_stmt(true);
        };
        using var database = new RawDatabase(() => connection, null, "catalogue", "catalogue");
        foreach (var sql in (string[])["CREATE TABLE a (id INTEGER PRIMARY KEY, kind INTEGER, shown INTEGER)", "CREATE INDEX b ON a (kind) WHERE kind = 1", "INSERT INTO a VALUES (1, 1, 1), (2, 2, 1)"])
            await database.ChangeAsync([new Statement(sql)], TestContext.Current.CancellationToken);

        // A partial index that one value could use and another one not: for this SQLite would look at each value.
        const string Query = "SELECT id FROM a WHERE kind = $1";
        for (var kind = 1; kind <= 5; kind++)
        {
            var found = await database.ListAsync(new Statement(Query, kind), 1, row => row.GetInt64(0), TestContext.Current.CancellationToken);
            Assert.Equal(kind <= 2 ? [kind] : [], found);
        }

        var statement = raw.sqlite3_next_stmt(connection.Handle!, null);
        while (raw.sqlite3_sql(statement).utf8_to_string() != Query) statement = raw.sqlite3_next_stmt(connection.Handle!, statement);
        Assert.Equal(5, raw.sqlite3_stmt_status(statement, Runs, 0));
        Assert.Equal(0, raw.sqlite3_stmt_status(statement, PreparedAgain, 0));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
