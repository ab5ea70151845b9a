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
        .AddSingleton<IImageUrls, ImageUrls>();

    /// <summary>Maps <c>/i</c> and <c>/p</c>.</summary>
    public static void MapDelivery(this IEndpointRouteBuilder routes) => DeliveryApi.Map(routes);
}
