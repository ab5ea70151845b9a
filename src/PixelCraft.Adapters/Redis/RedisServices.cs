using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Accounts;
using PixelCraft.Analytics;
using PixelCraft.Caching;
using PixelCraft.Jobs;
using PixelCraft.Limits;
using PixelCraft.Live;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Registration of the adapters on Redis, one per port; all share one connection, but for the cache where it has its own. They
/// need <see cref="RedisOptions"/> with a connection, a <see cref="TimeProvider"/>, and the host's logging and metrics.
/// </summary>
public static class RedisServices
{
    /// <summary>The job queue with its dead letters, which needs <see cref="JobQueueOptions"/> too.</summary>
    public static IServiceCollection AddRedisJobQueue(this IServiceCollection services) => services
        .Add<RedisJobQueue, RedisJobQueue>(redis => redis.Main)
        .AddSingleton<IJobQueue>(provider => provider.GetRequiredService<RedisJobQueue>())
        .AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<RedisJobQueue>());

    /// <summary>The cache.</summary>
    public static IServiceCollection AddRedisCache(this IServiceCollection services) => services.Add<ICache, RedisCache>(redis => redis.Cache);

    /// <summary>The notices of changes.</summary>
    public static IServiceCollection AddRedisChangeNotices(this IServiceCollection services) =>
        services.Add<IChangeNotices, RedisChangeNotices>(redis => redis.Main);

    /// <summary>The live backplane.</summary>
    public static IServiceCollection AddRedisLiveBackplane(this IServiceCollection services) =>
        services.Add<ILiveBackplane, RedisLiveBackplane>(redis => redis.Main);

    /// <summary>The rate limiter.</summary>
    public static IServiceCollection AddRedisRateLimiter(this IServiceCollection services) =>
        services.Add<IRateLimiter, RedisRateLimiter>(redis => redis.Main);

    /// <summary>The store of sessions.</summary>
    public static IServiceCollection AddRedisSessions(this IServiceCollection services) =>
        services.Add<ISessionStore, RedisSessionStore>(redis => redis.Main);

    /// <summary>The stream of events.</summary>
    public static IServiceCollection AddRedisEventStream(this IServiceCollection services) =>
        services.Add<IEventStream, RedisEventStream>(redis => redis.Main);

    /// <summary>What is wrong with a connection, without what may be a secret in it; null when it can be read.</summary>
    /// <param name="connection">As in <see cref="RedisOptions.Connection"/>.</param>
    public static string? Fault(string connection)
    {
        try
        {
            return ConfigurationOptions.Parse(connection).EndPoints.Count == 0 ? "names no server." : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return "is not a connection such as redis:6379,password=…,ssl=true";
        }
    }

    /// <summary>What Redis does when its memory is full, for what must stay there: what its masters say, each answer once.</summary>
    /// <param name="provider">The services, these adapters among them.</param>
    /// <exception cref="UnavailableException">Redis is away.</exception>
    public static Task<IReadOnlyList<RedisEviction>> EvictionAsync(IServiceProvider provider) =>
        RedisConnection.AskAsync("Redis", provider.GetRequiredService<RedisConnections>().Main.EvictionAsync);

    /// <summary>The same of the Redis for the cache alone; empty where there is none.</summary>
    /// <param name="provider">The services, these adapters among them.</param>
    /// <exception cref="UnavailableException">It is away.</exception>
    public static async Task<IReadOnlyList<RedisEviction>> CacheEvictionAsync(IServiceProvider provider)
    {
        var connections = provider.GetRequiredService<RedisConnections>();
        return connections.Cache == connections.Main ? [] : await RedisConnection.AskAsync("Redis", connections.Cache.EvictionAsync);
    }

    private static IServiceCollection Add<TPort, TAdapter>(this IServiceCollection services, Func<RedisConnections, RedisConnection> choose)
        where TPort : class
        where TAdapter : class, TPort
    {
        services.TryAddSingleton<RedisConnections>();
        return services.AddSingleton<TPort>(provider =>
            ActivatorUtilities.CreateInstance<TAdapter>(provider, choose(provider.GetRequiredService<RedisConnections>())));
    }
}

/// <summary>What a Redis does when its memory is full.</summary>
/// <param name="Policy">Its <c>maxmemory-policy</c>.</param>
/// <param name="IsBounded">Whether it has a <c>maxmemory</c>; without one it takes what the machine has.</param>
public sealed record RedisEviction(string Policy, bool IsBounded)
{
    /// <summary>Whether it keeps everything, and refuses what is new.</summary>
    public bool KeepsAll => Policy == "noeviction";
}
