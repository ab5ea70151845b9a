using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Direct;
using PixelCraft.Images.Discussions;
using PixelCraft.Images.Fetching;
using PixelCraft.Images.Resumable;
using PixelCraft.Images.Sweeps;
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
        services.AddScoped<Uploader>();
        services.AddScoped<IUploads>(provider => provider.GetRequiredService<Uploader>());
        services.AddScoped<ResumableUploader>();
        services.AddScoped<DirectUploader>();
        services.AddSingleton<IdempotentUploads>();
        services.AddSingleton<ImageFetcher>();
        services.AddSingleton<ITransforms, Transformer>();
        services.AddScoped<ImagePresenter>();
        services.AddScoped<IDiscussions, DiscussionService>();
        services.AddScoped<CommentPresenter>();
        services.AddSingleton<IImageNews, ImageNews>();
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ImagesJson.Default));
        return services;
    }

    /// <summary>Registers what workers do: variants, and the sweeps.</summary>
    public static IServiceCollection AddImagesWorker(this IServiceCollection services)
    {
        services.AddImageRecords();
        services.AddSingleton<Renderer>();
        services.AddSingleton<IJobHandler, RenderImage>();
        services.AddSingleton<IJobHandler, AddAvif>();
        services.AddHostedService<HeicNotice>();
        services.AddHostedService<ProcessingSweep>();
        services.TryAddSingleton<SweepMetrics>();
        services.TryAddSingleton<UploadSweep>();
        services.TryAddSingleton<TrashSweep>();
        services.TryAddSingleton<OrphanSweep>();
        services.AddHostedService<SweepService>();
        services.AddHostedService<SearchSweep>();
        return services;
    }

    /// <summary>The headers and methods of resumable uploads (tus); before routing.</summary>
    public static IApplicationBuilder UseResumableUploads(this IApplicationBuilder app) => TusProtocol.Use(app);

    /// <summary>Maps <c>/api/v1/images</c> and <c>/api/v1/uploads</c>.</summary>
    public static void MapImages(this IEndpointRouteBuilder routes)
    {
        ImagesApi.Map(routes);
        TusApi.Map(routes);
        DirectApi.Map(routes);
        FetchApi.Map(routes);
        DiscussionApi.Map(routes);
    }

    private static void AddImageRecords(this IServiceCollection services)
    {
        services.TryAddSingleton<ImageRecords>();
        services.TryAddSingleton<ImageEraser>();
        services.TryAddSingleton<IImageLookup>(provider => provider.GetRequiredService<ImageRecords>());
        services.TryAddSingleton<UploadParts>();
        services.TryAddSingleton<HeicSupport>();
        services.TryAddSingleton<UploadRemoval>();
        services.TryAddSingleton<IMemberNews, MemberNewsNotices>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMemberData, MemberImages>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMemberData, MemberComments>());
    }
}
