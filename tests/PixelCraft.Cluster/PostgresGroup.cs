namespace PixelCraft.Cluster;

/// <summary>
/// A PostgreSQL primary with two streaming replicas; a commit waits until one of them, any, has it on disk. Which one takes over is for
/// the test to say (<see cref="PromoteAsync"/>).
/// </summary>
public sealed class PostgresGroup : IAsyncDisposable
{
    private readonly List<PostgresServer> _all;

    private PostgresGroup(PostgresServer primary, List<PostgresServer> replicas)
    {
        Primary = primary;
        _all = [primary, .. replicas];
    }

    /// <summary>The one that takes writes.</summary>
    public PostgresServer Primary { get; private set; }

    /// <summary>The others.</summary>
    public IReadOnlyList<PostgresServer> Replicas => [.. _all.Where(server => server != Primary)];

    /// <summary>Starts the three.</summary>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    public static async Task<PostgresGroup> StartAsync(CancellationToken ct = default)
    {
        var primary = await PostgresServer.StartAsync(ct);
        var group = new PostgresGroup(primary, []);
        try
        {
            for (var i = 0; i < 2; i++) group._all.Add(await PostgresServer.StartReplicaAsync(primary, ct));
            await group.WaitForReplicasAsync(2, ct);
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new empty database, as a connection string that names all three servers, the primary not first.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken ct = default)
    {
        var one = await Primary.CreateDatabaseAsync(ct);
        var hosts = string.Join(',', _all.AsEnumerable().Reverse().Select(server => $"127.0.0.1:{server.Port}"));
        // Its servers are frozen by tests that ask how long an answer takes: no longer a wait than the program's own.
        return one.Replace($"Host=127.0.0.1;Port={Primary.Port}", $"Host={hosts}", StringComparison.Ordinal) + ";Timeout=3";
    }

    /// <summary>Makes a replica the primary and has the other one follow it; the old primary must be dead. Returns when writes are taken.</summary>
    public async Task PromoteAsync(PostgresServer replica, CancellationToken ct = default)
    {
        var old = Primary;
        Primary = replica;
        _all.Remove(old);
        await old.DisposeAsync();
        await replica.ExecuteAsync("select pg_promote(true, 30)", ct);
        foreach (var other in Replicas)
        {
            await other.ExecuteAsync($"alter system set primary_conninfo = '{replica.ConnectionInfo(other.ReplicaName)}'", ct);
            await other.ExecuteAsync("select pg_reload_conf()", ct);
        }
        await WaitForReplicasAsync(Replicas.Count, ct);
    }

    /// <summary>Has replicas receive but not show what is written from now on, until <see cref="ResumeReplayAsync"/>.</summary>
    public static Task PauseReplayAsync(PostgresServer replica, CancellationToken ct = default) => replica.ExecuteAsync("select pg_wal_replay_pause()", ct);

    /// <summary>Undoes <see cref="PauseReplayAsync"/>.</summary>
    public static Task ResumeReplayAsync(PostgresServer replica, CancellationToken ct = default) => replica.ExecuteAsync("select pg_wal_replay_resume()", ct);

    /// <summary>Runs SQL in the database <c>postgres</c> of one server, and returns what it prints.</summary>
    public static Task<string> QueryAsync(PostgresServer server, string sql, CancellationToken ct = default) => server.ExecuteAsync(sql, ct);

    /// <summary>Ends the three.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_all)) await server.DisposeAsync();
    }

    /// <summary>Waits until so many replicas stream, and has commits wait for one of them from then on.</summary>
    private async Task WaitForReplicasAsync(int count, CancellationToken ct)
    {
        var names = string.Join(", ", Replicas.Select(replica => replica.ReplicaName));
        await UntilAsync($"select count(*) >= {count} from pg_stat_replication where state = 'streaming'", ct);
        await Primary.ExecuteAsync($"alter system set synchronous_standby_names = 'ANY 1 ({names})'", ct);
        await Primary.ExecuteAsync("select pg_reload_conf()", ct);
        await UntilAsync($"select count(*) >= {count} from pg_stat_replication where sync_state = 'quorum'", ct);
    }

    private async Task UntilAsync(string condition, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (await Primary.ExecuteAsync(condition, limit.Token) != "t") await Task.Delay(50, limit.Token);
    }
}
