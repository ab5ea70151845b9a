using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Images.Contracts;
using PixelCraft.Jobs;

namespace PixelCraft.Images;

/// <summary>The Images module.</summary>
public static class ImagesModule
{
    /// <summary>Registers what web servers need: uploads, the catalogue's API, and the contracts for pages and other modules.</summary>
    public static IServiceCollection AddImages(this IServiceCollection services)
    {
        services.AddImageRecords();
        services.AddSingleton<IImages, ImageService>();
        services.AddScoped<IUploads, Uploader>();
        services.AddSingleton<ITransforms, Transformer>();
        services.AddScoped<ImagePresenter>();
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ImagesJson.Default));
        return services;
    }

    /// <summary>Registers what workers do: variants, and the sweep for what was left in processing.</summary>
    public static IServiceCollection AddImagesWorker(this IServiceCollection services)
    {
        services.AddImageRecords();
        services.AddSingleton<Renderer>();
        services.AddSingleton<IJobHandler, RenderImage>();
        services.AddSingleton<IJobHandler, AddAvif>();
        services.AddHostedService<ProcessingSweep>();
        return services;
    }

    /// <summary>Maps <c>/api/v1/images</c>.</summary>
    public static void MapImages(this IEndpointRouteBuilder routes) => ImagesApi.Map(routes);

    private static void AddImageRecords(this IServiceCollection services)
    {
        services.TryAddSingleton<ImageRecords>();
        services.TryAddSingleton<ImageEraser>();
        services.TryAddSingleton<IImageLookup>(provider => provider.GetRequiredService<ImageRecords>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMemberData, MemberImages>());
    }
}
