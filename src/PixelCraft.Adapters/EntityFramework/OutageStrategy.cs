using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>
/// Every query and save of EF Core runs through an execution strategy. This one retries nothing (a retry could double a
/// write); it turns the drivers' outages into <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
/// <param name="dependencies">What EF Core gives a strategy.</param>
/// <param name="database">What the exception calls the database.</param>
internal sealed class OutageStrategy(ExecutionStrategyDependencies dependencies, string database) : IExecutionStrategy
{
    public bool RetriesOnFailure => false;

    public TResult Execute<TState, TResult>(
        TState state,
        Func<Microsoft.EntityFrameworkCore.DbContext, TState, TResult> operation,
        Func<Microsoft.EntityFrameworkCore.DbContext, TState, ExecutionResult<TResult>>? verifySucceeded)
    {
        try
        {
            return operation(dependencies.CurrentContext.Context, state);
        }
        catch (Exception e) when (Translate(e, database) is { } outage)
        {
            throw outage;
        }
    }

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<Microsoft.EntityFrameworkCore.DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<Microsoft.EntityFrameworkCore.DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return await operation(dependencies.CurrentContext.Context, state, cancellationToken);
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
                // 25006: this server became a replica; 57014 is left out: the caller cancelled.
                case PostgresException { SqlState: "25006" }:
                case NpgsqlException { IsTransient: true }:
                case NpgsqlException { InnerException: SocketException or IOException or TimeoutException }:
                case SqliteException { SqliteErrorCode: 5 or 6 or 10 or 14 }: // BUSY, LOCKED, IOERR, CANTOPEN
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
