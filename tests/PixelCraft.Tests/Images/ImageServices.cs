using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Tests.Images;

/// <summary>The images module on its embedded adapters, for tests that need no server.</summary>
internal static class ImageServices
{
    /// <summary>All that it needs but an engine and the members; what a test adds afterwards takes the place of what is here.</summary>
    public static IServiceCollection AddEmbeddedImages(this IServiceCollection services, string folder, TimeProvider time) => services
        .AddLogging().AddMetrics().AddOptions()
        .AddSingleton(time)
        .AddSingleton<IdGenerator>()
        .AddCatalogue(null, Path.Combine(folder, "catalogue.db"))
        .AddFolderObjectStore(Path.Combine(folder, "objects"))
        .AddInProcessCache().AddInProcessChangeNotices().AddInProcessJobQueue()
        .AddImages().AddImagesWorker();
}
