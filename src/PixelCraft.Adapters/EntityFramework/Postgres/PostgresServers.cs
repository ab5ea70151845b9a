using Npgsql;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>
/// The servers of one database: a primary, which takes all writes, and its replicas, which take reads
/// (docs/decisions/0016-replicas.md). One connection string names them all, <c>Host=a:5432,b:5432,c:5432</c>; which of them is the
/// primary is found out. With one host there are no replicas, and nothing here but its pool.
/// </summary>
internal sealed class PostgresServers : IDisposable
{
    /// <summary>How long a server may take to answer a read or a look before another one is asked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How often each server is looked at.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource _all;
    private readonly PostgresServer[] _servers = [];
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxStaleness;
    private readonly CancellationTokenSource _end = new();

    /// <summary>What the primary had flushed, and when it was asked: from it follows how old a replica's data is. Oldest first.</summary>
    private readonly LinkedList<(long AskedAt, ulong Position)> _flushed = [];

    private readonly Lazy<Task> _lookedAt;
    private volatile PostgresServer? _primary;

    /// <param name="connection">Npgsql's connection string.</param>
    /// <param name="options">How far a replica may be behind.</param>
    /// <param name="time">The clock.</param>
    public PostgresServers(string connection, ReplicaOptions options, TimeProvider time)
    {
        (_time, _maxStaleness, _lookedAt) = (time, options.MaxStaleness, new Lazy<Task>(StartWatching));
        var settings = PostgresConnection.ForThisProgram(connection);
        if (!settings.Host!.Contains(',', StringComparison.Ordinal))
        {
            Writes = _all = NpgsqlDataSource.Create(settings);
            return;
        }
        var all = new NpgsqlDataSourceBuilder(settings.ConnectionString).BuildMultiHost();
        (_all, Writes) = (all, all.WithTargetSession(TargetSessionAttributes.ReadWrite));
        _servers = [.. PostgresConnection.ForEachHost(settings).Select(host => new PostgresServer(PostgresConnection.AddressOf(host), NpgsqlDataSource.Create(host)))];
        Database = settings.Database ?? settings.Username ?? "";
    }

    /// <summary>Connections to the primary, which the driver looks for; each to be watched by <see cref="SynchronousCommit"/>.</summary>
    public NpgsqlDataSource Writes { get; }

    /// <summary>
    /// A connection to the primary, watched, not open yet. To the one that was seen at the last look: the driver would ask one that is frozen each time anew, and
    /// wait for it. Where none was seen it is left to the driver.
    /// </summary>
    public NpgsqlConnection CreateConnection()
    {
        if (HasReplicas) _ = LookedAt;
        return SynchronousCommit.Watch((_primary is { Answers: true, IsPrimary: true } primary ? primary.Source : Writes).CreateConnection());
    }

    /// <summary>Closes the connections that are kept, once they are given back.</summary>
    public void Clear()
    {
        Writes.Clear();
        foreach (var server in _servers) server.Source.Clear();
    }

    /// <summary>Whether there is more than one server.</summary>
    public bool HasReplicas => _servers.Length > 0;

    /// <summary>The database's name there.</summary>
    public string Database { get; } = "";

    /// <summary>Completes when the servers have been looked at: to be awaited before <see cref="ToRead"/>.</summary>
    public Task LookedAt => _lookedAt.Value;

    /// <summary>
    /// The servers to read from, the best first: replicas that are fresh and known to have got so far, beginning with any of them; one that is fresh and
    /// may have got so far; the primary; and, should all of these fail, replicas however old their data is.
    /// </summary>
    /// <param name="position">How far the reader's own writes are; 0 for none.</param>
    public IEnumerable<PostgresServer> ToRead(ulong position)
    {
        var now = _time.GetTimestamp();
        var fresh = Array.FindAll(_servers, server => server is { Answers: true, IsPrimary: false, SeenAt: > 0 } && _time.GetElapsedTime(server.SeenAt, now) <= _maxStaleness);
        // By chance and not in turn: of what is asked in several steps, the dear one would always come to the same replica.
        var first = Random.Shared.Next(Math.Max(1, fresh.Length));
        PostgresServer? hopeful = null;
        for (var i = 0; i < fresh.Length; i++)
        {
            var server = fresh[(first + i) % fresh.Length];
            if (server.Position >= position) yield return server;
            else hopeful ??= server;
        }
        if (hopeful is not null) yield return hopeful;
        if (_primary is { Answers: true } primary) yield return primary;
        foreach (var server in _servers)
            if (server is { Answers: true, IsPrimary: false } && server != hopeful) yield return server;
    }

    /// <summary>How each of several servers is; none before they were looked at, or where there is one only.</summary>
    public IReadOnlyList<DatabaseServer> States()
    {
        if (!HasReplicas || _lookedAt is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) return [];
        var now = _time.GetTimestamp();
        ulong flushed;
        lock (_flushed) flushed = _flushed.Last?.Value.Position ?? 0;
        return
        [
            .. _servers.Select(server => server.IsPrimary
                ? new DatabaseServer(server.Address, server.Answers, IsPrimary: server.Answers, TimeSpan.Zero, 0)
                : new DatabaseServer(
                    server.Address, server.Answers, IsPrimary: false, server.SeenAt == 0 ? null : _time.GetElapsedTime(server.SeenAt, now),
                    flushed > server.Position ? (long)(flushed - server.Position) : 0)),
        ];
    }

    public void Dispose()
    {
        _end.Cancel();
        foreach (var server in _servers) server.Dispose();
        Writes.Dispose();
        _all.Dispose();
    }

    /// <summary>At the first read: a program that reads nothing from replicas doesn't ask them either.</summary>
    private Task StartWatching()
    {
        // The watch belongs to no request.
        using (ExecutionContext.SuppressFlow())
        {
            var first = Task.Run(LookAtAllAsync);
            foreach (var server in _servers) _ = WatchAsync(server, first);
            return first;
        }
    }

    /// <summary>Twice, as how old a replica's data is follows from what the primary said before.</summary>
    private async Task LookAtAllAsync()
    {
        for (var i = 0; i < 2; i++) await Task.WhenAll(_servers.Select(LookAsync));
    }

    private async Task WatchAsync(PostgresServer server, Task first)
    {
        await first;
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token)) await LookAsync(server);
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task LookAsync(PostgresServer server)
    {
        var askedAt = _time.GetTimestamp();
        var wasPrimary = server.IsPrimary;
        try
        {
            await server.LookAsync(_end.Token).WaitAsync(Patience, _end.Token);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            // What is said of it, by whoever then finds no server, is that it can't be reached.
            server.Failed();
            return;
        }
        // The latest to become one: an old primary that was cut off may believe for a while that it still is.
        if (server.IsPrimary && !wasPrimary) _primary = server;
        lock (_flushed)
        {
            if (server == _primary) Flushed(askedAt, server.Position);
            else if (_flushed.LastOrDefault(sample => sample.Position <= server.Position) is { AskedAt: > 0 } seen)
                server.SeenAt = seen.AskedAt;
        }
    }

    private void Flushed(long askedAt, ulong position)
    {
        while (_flushed.First is { } oldest && _time.GetElapsedTime(oldest.Value.AskedAt, askedAt) > _maxStaleness) _flushed.RemoveFirst();
        _flushed.AddLast((askedAt, position));
    }
}
