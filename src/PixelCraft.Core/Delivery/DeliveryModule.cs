using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Delivery.Purging;

namespace PixelCraft.Delivery;

/// <summary>The Delivery module.</summary>
public static class DeliveryModule
{
    /// <summary>Registers what makes URLs and answers them.</summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton<IEdge, NoEdge>();
        return services
            .AddSingleton<SignedLinks>()
            .AddSingleton<SigningKeys>()
            .AddSingleton<TransformSignatures>()
            .AddSingleton<EdgePermits>()
            .AddSingleton<IImageUrls, ImageUrls>()
            .ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, DeliveryJson.Default));
    }

    /// <summary>Registers the purging of edges: for workers.</summary>
    public static IServiceCollection AddDeliveryWorker(this IServiceCollection services)
    {
        services.TryAddSingleton<IEdge, NoEdge>();
        services.TryAddSingleton<PurgeMetrics>();
        return services.AddHostedService<PurgeService>();
    }

    /// <summary>Maps <c>/i</c>, <c>/p</c> and <c>/t</c>.</summary>
    public static void MapDelivery(this IEndpointRouteBuilder routes)
    {
        DeliveryApi.Map(routes);
        TransformApi.Map(routes);
    }
}
