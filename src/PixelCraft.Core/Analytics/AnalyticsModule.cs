using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace PixelCraft.Analytics;

/// <summary>The Analytics module: events in, roll-ups, insights out.</summary>
public static class AnalyticsModule
{
    /// <summary>Registers what takes events in and shows insights. Needs the contracts of Images.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services) => services
        .AddSingleton<EventIntake>()
        .AddHostedService<SpillMover>()
        .ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AnalyticsJson.Default));

    /// <summary>Registers what workers do: counting. Needs the contracts of Images.</summary>
    public static IServiceCollection AddAnalyticsWorker(this IServiceCollection services) => services
        .AddHostedService<EventCopier>()
        .AddHostedService<EventSweep>();

    /// <summary>Maps <c>/api/v1/events</c> and <c>/api/v1/images/{id}/insights</c>.</summary>
    public static void MapAnalytics(this IEndpointRouteBuilder routes) => AnalyticsApi.Map(routes);
}
