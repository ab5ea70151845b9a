using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Adapters.EntityFramework.Postgres;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>
/// Every query and save of EF Core runs through an execution strategy. This one retries nothing (a retry could double a
/// write); it turns the drivers' outages into <see cref="UnavailableException"/> and <see cref="StorageFullException"/>, and lets
/// nothing pass as written that no standby has confirmed (<see cref="SynchronousCommit"/>).
/// </summary>
/// <param name="dependencies">What EF Core gives a strategy.</param>
/// <param name="database">What the exception calls the database.</param>
internal sealed class OutageStrategy(ExecutionStrategyDependencies dependencies, string database) : IExecutionStrategy
{
    public bool RetriesOnFailure => false;

    private DbConnection Connection => dependencies.CurrentContext.Context.Database.GetDbConnection();

    public TResult Execute<TState, TResult>(
        TState state,
        Func<DbContext, TState, TResult> operation,
        Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded)
    {
        try
        {
            var result = operation(dependencies.CurrentContext.Context, state);
            SynchronousCommit.ThrowIfCutShort(Connection, database);
            return result;
        }
        catch (Exception e) when (Translate(e, database) is { } outage)
        {
            throw outage;
        }
    }

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        try
        {
            var result = await operation(dependencies.CurrentContext.Context, state, cancellationToken);
            SynchronousCommit.ThrowIfCutShort(Connection, database);
            return result;
        }
        catch (Exception e) when (Translate(e, database) is { } outage)
        {
            throw outage;
        }
    }

    /// <summary>The exception to throw instead; null when it is no outage.</summary>
    public static Exception? Translate(Exception exception, string database)
    {
        if (exception is UnavailableException or StorageFullException) return null; // said already
        var name = $"{database} database";
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case PostgresException { SqlState: PostgresErrorCodes.DiskFull }:
                case SqliteException { SqliteErrorCode: 13 }: // SQLITE_FULL
                    return new StorageFullException(name, exception);
                // Its shard is being moved.
                case PostgresException moved when ShardSchema.IsClosed(moved):
                // 25006: this server became a replica; 57014 is left out: the caller cancelled.
                case PostgresException { SqlState: "25006" }:
                case NpgsqlException { IsTransient: true }:
                case NpgsqlException and not PostgresException: // also that none of several hosts takes writes
                case SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 14 }: // BUSY, LOCKED, READONLY, IOERR, CANTOPEN
                    return new UnavailableException(name, exception);
                // 28: it doesn't let us in; 3D000: the database is not there. For an operator to settle, not for the request.
                case PostgresException postgres when postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
                    || postgres.SqlState.StartsWith("28", StringComparison.Ordinal)
                    || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal)
                    || postgres.SqlState == PostgresErrorCodes.InvalidCatalogName:
                    return new UnavailableException(name, exception);
            }
        }
        return null;
    }
}
