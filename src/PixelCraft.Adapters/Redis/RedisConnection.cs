using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// The connection to Redis, one for the process: the client sends everybody's commands over it. It is opened at the first
/// use and comes back by itself, so the program starts, and goes on, while Redis is away. Meanwhile commands fail at once
/// instead of waiting in a backlog.
/// </summary>
internal sealed class RedisConnection(IOptions<RedisOptions> options, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _multiplexer;

    /// <summary>How every key and channel begins.</summary>
    public string Prefix => options.Value.Prefix;

    /// <summary>The client's view of the database.</summary>
    public async ValueTask<IDatabase> DatabaseAsync() => (await MultiplexerAsync()).GetDatabase();

    /// <summary>The client's view of the channels; subscriptions survive reconnecting.</summary>
    public async ValueTask<ISubscriber> SubscriberAsync() => (await MultiplexerAsync()).GetSubscriber();

    /// <summary>Runs a script, by its hash where the server knows it.</summary>
    public async Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values)
    {
        var database = await DatabaseAsync();
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, values);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The client remembers what it has loaded; a server that was flushed or promoted doesn't. It did nothing yet.
            return await database.ScriptEvaluateAsync(script, keys, values, CommandFlags.NoScriptCache);
        }
    }

    /// <summary>Whether an exception of the client means that Redis can't answer now.</summary>
    public static bool IsAway(Exception exception) => exception is RedisException or RedisTimeoutException or ObjectDisposedException;

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is { IsCompletedSuccessfully: true })
            await (await _multiplexer).DisposeAsync();
    }

    private Task<ConnectionMultiplexer> MultiplexerAsync()
    {
        lock (_lock)
        {
            // Connecting to a Redis that is away succeeds, disconnected; it fails for a name that can't be resolved: again then.
            if (_multiplexer is null or { IsFaulted: true } or { IsCanceled: true })
                _multiplexer = ConnectAsync();
            return _multiplexer;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var configuration = ConfigurationOptions.Parse(options.Value.Connection);
        var timeout = (int)options.Value.Timeout.TotalMilliseconds;
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = timeout;
        configuration.SyncTimeout = timeout;
        configuration.AsyncTimeout = timeout;
        configuration.ReconnectRetryPolicy = new LinearRetry(timeout);
        configuration.ClientName = "pixelcraft";
        configuration.LoggerFactory = loggers;
        return await ConnectionMultiplexer.ConnectAsync(configuration);
    }
}
