using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Accounts;
using PixelCraft.Caching;
using PixelCraft.Jobs;
using PixelCraft.Limits;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Registration of the adapters on Redis, one per port; all share one connection. They need <see cref="RedisOptions"/>
/// with a connection, a <see cref="TimeProvider"/>, and the host's logging and metrics.
/// </summary>
public static class RedisServices
{
    /// <summary>The job queue, which needs <see cref="JobQueueOptions"/> too.</summary>
    public static IServiceCollection AddRedisJobQueue(this IServiceCollection services) =>
        services.AddConnection().AddSingleton<IJobQueue, RedisJobQueue>();

    /// <summary>The cache.</summary>
    public static IServiceCollection AddRedisCache(this IServiceCollection services) =>
        services.AddConnection().AddSingleton<ICache, RedisCache>();

    /// <summary>The notices of changes.</summary>
    public static IServiceCollection AddRedisChangeNotices(this IServiceCollection services) =>
        services.AddConnection().AddSingleton<IChangeNotices, RedisChangeNotices>();

    /// <summary>The rate limiter.</summary>
    public static IServiceCollection AddRedisRateLimiter(this IServiceCollection services) =>
        services.AddConnection().AddSingleton<IRateLimiter, RedisRateLimiter>();

    /// <summary>The store of sessions.</summary>
    public static IServiceCollection AddRedisSessions(this IServiceCollection services) =>
        services.AddConnection().AddSingleton<ISessionStore, RedisSessionStore>();

    /// <summary>What is wrong with a connection, without what may be a secret in it; null when it can be read.</summary>
    public static string? Fault(RedisOptions options)
    {
        try
        {
            return ConfigurationOptions.Parse(options.Connection).EndPoints.Count == 0 ? "names no server." : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return "is not a connection such as redis:6379,password=…,ssl=true";
        }
    }

    private static IServiceCollection AddConnection(this IServiceCollection services)
    {
        services.TryAddSingleton<RedisConnection>();
        return services;
    }
}
