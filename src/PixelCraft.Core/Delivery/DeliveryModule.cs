using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Delivery.Contracts;

namespace PixelCraft.Delivery;

/// <summary>The Delivery module.</summary>
public static class DeliveryModule
{
    /// <summary>Registers what makes URLs and answers them.</summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services) => services
        .AddSingleton<SignedLinks>()
        .AddSingleton<SigningKeys>()
        .AddSingleton<TransformSignatures>()
        .AddSingleton<IImageUrls, ImageUrls>()
        .ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, DeliveryJson.Default));

    /// <summary>Maps <c>/i</c>, <c>/p</c> and <c>/t</c>.</summary>
    public static void MapDelivery(this IEndpointRouteBuilder routes)
    {
        DeliveryApi.Map(routes);
        TransformApi.Map(routes);
    }
}
