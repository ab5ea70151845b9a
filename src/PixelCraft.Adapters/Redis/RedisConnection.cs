using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// A connection to Redis, one server or a cluster: the client sends everybody's commands over it. It is opened at the first
/// use and comes back by itself, so the program starts, and goes on, while Redis is away. Meanwhile commands fail at once
/// instead of waiting in a backlog.
/// </summary>
/// <param name="connection">As in <see cref="RedisOptions.Connection"/>.</param>
/// <param name="options">The prefix and the time limit.</param>
/// <param name="loggers">Where the client logs.</param>
internal sealed class RedisConnection(string connection, RedisOptions options, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _multiplexer;

    /// <summary>How every key and channel begins.</summary>
    public string Prefix => options.Prefix;

    /// <summary>The client's view of the database.</summary>
    public async ValueTask<IDatabase> DatabaseAsync() => (await MultiplexerAsync()).GetDatabase();

    /// <summary>The client's view of the channels; subscriptions survive reconnecting.</summary>
    public async ValueTask<ISubscriber> SubscriberAsync() => (await MultiplexerAsync()).GetSubscriber();

    /// <summary>Asks something of Redis for a port that can't do without it.</summary>
    /// <param name="store">What the exception calls what is away.</param>
    /// <param name="ask">Asks.</param>
    /// <exception cref="UnavailableException">Redis can't answer now.</exception>
    public static async Task<T> AskAsync<T>(string store, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (IsAway(exception))
        {
            throw new UnavailableException(store, exception);
        }
    }

    /// <summary>Runs a script, by its hash where the server knows it; the keys are on one node.</summary>
    public async Task<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        var database = await DatabaseAsync();
        try
        {
            return await database.ScriptEvaluateAsync(script.Hash, keys, values);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // A server that is new, or was flushed or promoted, doesn't know it, did nothing, and knows it from now on.
            return await database.ScriptEvaluateAsync(script.Text, keys, values, CommandFlags.NoScriptCache);
        }
    }

    /// <summary>What the masters do when their memory is full, each answer once. From INFO, which may be asked where CONFIG may not.</summary>
    public async Task<IReadOnlyList<RedisEviction>> EvictionAsync()
    {
        var servers = (await MultiplexerAsync()).GetServers().Where(server => server is { IsConnected: true, IsReplica: false }).ToList();
        if (servers.Count == 0) throw new UnavailableException("Redis");
        var answers = await Task.WhenAll(servers.Select(server => server.InfoAsync("memory")));
        return [.. answers
            .Select(sections => sections.SelectMany(section => section).ToDictionary())
            .Select(lines => new RedisEviction(lines["maxmemory_policy"], lines["maxmemory"] != "0"))
            .Distinct()];
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
        var configuration = ConfigurationOptions.Parse(connection);
        var timeout = (int)options.Timeout.TotalMilliseconds;
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = timeout;
        configuration.SyncTimeout = timeout;
        configuration.AsyncTimeout = timeout;
        configuration.ReconnectRetryPolicy = new LinearRetry(timeout);
        configuration.ClientName = "pixelcraft";
        configuration.AllowAdmin = true; // for INFO; what is allowed is for Redis to say
        configuration.LoggerFactory = loggers;
        return await ConnectionMultiplexer.ConnectAsync(configuration);
    }
}
