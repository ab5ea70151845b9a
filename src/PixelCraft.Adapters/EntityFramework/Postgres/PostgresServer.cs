using Npgsql;
using NpgsqlTypes;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>One of the servers of a database: what it was when it was looked at last, and a pool of connections of its own.</summary>
/// <param name="address">Where it is, for people.</param>
/// <param name="source">Connections to it.</param>
internal sealed class PostgresServer(string address, NpgsqlDataSource source) : IDisposable
{
    /// <summary>How far a replica has got.</summary>
    public const string Replayed = "SELECT COALESCE(pg_last_wal_replay_lsn(), '0/0'::pg_lsn)";

    /// <summary>How far the primary has got: what is flushed, as only that is on its way to the replicas; every commit is.</summary>
    public const string Flushed = "SELECT pg_current_wal_flush_lsn()";

    private const string Look = $"SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN ({Replayed}) ELSE ({Flushed}) END";

    private long _position;
    private volatile bool _answers;
    private volatile bool _isPrimary;
    private long _seenAt;

    /// <summary>Host and port.</summary>
    public string Address => address;

    /// <summary>Connections to this server alone.</summary>
    public NpgsqlDataSource Source => source;

    /// <summary>Whether it answered when it was asked last.</summary>
    public bool Answers => _answers;

    /// <summary>Whether it took writes when it was looked at last.</summary>
    public bool IsPrimary => _isPrimary;

    /// <summary>Of a replica: the latest moment, in the clock's timestamps, of which it is known to have all that the primary had then; 0 for none.</summary>
    public long SeenAt
    {
        get => Volatile.Read(ref _seenAt);
        set => Volatile.Write(ref _seenAt, value);
    }

    /// <summary>How far it is known to have got; it may have got further.</summary>
    public ulong Position
    {
        get => (ulong)Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, (long)value);
    }

    /// <summary>Looks what it is, and how far it has got.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Look, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        _isPrimary = !reader.GetBoolean(0);
        Position = (ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1);
        _answers = true;
    }

    /// <summary>Leaves it out until it answers a look.</summary>
    public void Failed() => _answers = false;

    public void Dispose() => source.Dispose();
}
