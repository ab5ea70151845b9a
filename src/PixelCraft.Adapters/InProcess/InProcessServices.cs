using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Caching;
using PixelCraft.Jobs;
using PixelCraft.Limits;
using PixelCraft.Live;

namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// Registration of the adapters in the memory of the process, one per port. They need a <see cref="TimeProvider"/> and
/// their options, which the composition binds and checks.
/// </summary>
public static class InProcessServices
{
    /// <summary>The job queue with its dead letters; needs <see cref="JobQueueOptions"/>.</summary>
    public static IServiceCollection AddInProcessJobQueue(this IServiceCollection services) => services
        .AddSingleton<InProcessJobQueue>()
        .AddSingleton<IJobQueue>(provider => provider.GetRequiredService<InProcessJobQueue>())
        .AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<InProcessJobQueue>());

    /// <summary>The cache; needs <see cref="InProcessCacheOptions"/>.</summary>
    public static IServiceCollection AddInProcessCache(this IServiceCollection services) =>
        services.AddSingleton<ICache, InProcessCache>();

    /// <summary>The notices of changes.</summary>
    public static IServiceCollection AddInProcessChangeNotices(this IServiceCollection services) =>
        services.AddSingleton<IChangeNotices, InProcessChangeNotices>();

    /// <summary>The live backplane.</summary>
    public static IServiceCollection AddInProcessLiveBackplane(this IServiceCollection services) =>
        services.AddSingleton<ILiveBackplane, InProcessLiveBackplane>();

    /// <summary>The rate limiter.</summary>
    public static IServiceCollection AddInProcessRateLimiter(this IServiceCollection services) =>
        services.AddSingleton<IRateLimiter, InProcessRateLimiter>();
}
