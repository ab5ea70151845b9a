using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace PixelCraft.Jobs;

/// <summary>Registration of the workers.</summary>
public static class JobServices
{
    /// <summary>
    /// Runs jobs in this process with every registered <see cref="IJobHandler"/>. Needs an <see cref="IJobQueue"/>,
    /// <see cref="JobQueueOptions"/>, a <see cref="TimeProvider"/> and the host's logging and metrics.
    /// </summary>
    public static IServiceCollection AddJobRunner(this IServiceCollection services)
    {
        services.TryAddSingleton<JobMetrics>();
        services.AddHostedService<JobRunner>();
        services.AddHostedService<QueueDepthReporter>();
        return services;
    }
}
