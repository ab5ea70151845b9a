using Npgsql;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class PostgresServerTests : ServerContract<PostgresServer>
{
    [Fact]
    public async Task CreateDatabase_Twice_GivesTwoEmptyDatabases()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);
        var first = await server.CreateDatabaseAsync(Ct);
        var second = await server.CreateDatabaseAsync(Ct);

        await ExecuteAsync(first, "create table t (n int)");

        await ExecuteAsync(second, "create table t (n int)");
    }

    [Fact]
    public async Task Kill_AfterCommit_KeepsTheRow()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);
        var database = await server.CreateDatabaseAsync(Ct);
        await ExecuteAsync(database, "create table t (n int); insert into t values (7)");

        server.Kill();
        await server.RestartAsync(Ct);

        Assert.Equal(7, await ExecuteAsync(database, "select n from t"));
    }

    protected override Task<PostgresServer> StartAsync() => PostgresServer.StartAsync(Ct);

    protected override async Task<bool> AnswersAsync(PostgresServer server)
    {
        try
        {
            return (int?)await ExecuteAsync(server.ConnectionString("postgres") + ";Timeout=2;Command Timeout=2", "select 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }
}
