using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Jobs.Administration;

namespace PixelCraft.Jobs;

/// <summary>Registration of the workers, and of what administrators see of the queue.</summary>
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

    /// <summary>Registers what <see cref="MapJobAdministration"/> needs besides an <see cref="IJobQueue"/> and <see cref="IDeadLetters"/>.</summary>
    public static IServiceCollection AddJobAdministration(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, JobsJson.Default));

    /// <summary>Maps <c>/api/v1/jobs</c>, for administrators.</summary>
    public static void MapJobAdministration(this IEndpointRouteBuilder routes) => JobsApi.Map(routes);
}
