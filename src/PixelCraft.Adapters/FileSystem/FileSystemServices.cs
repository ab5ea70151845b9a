using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Storage;

namespace PixelCraft.Adapters.FileSystem;

/// <summary>Registers a folder as the object store.</summary>
public static class FileSystemServices
{
    /// <summary>Adds <see cref="IObjectStore"/> on a folder of this machine.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="root">The folder; it is made when it is missing, and belongs to one process.</param>
    public static IServiceCollection AddFolderObjectStore(this IServiceCollection services, string root) =>
        services.AddSingleton<IObjectStore>(_ => new FolderObjectStore(new FolderOptions { Root = root }));
}
