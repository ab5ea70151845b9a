using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PixelCraft.Analytics;
using PixelCraft.Analytics.Contracts;
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

    /// <summary>Adds <see cref="IEventStream"/> in a folder of this machine, where it is all that there is.</summary>
    public static IServiceCollection AddEventLog(this IServiceCollection services, string folder) =>
        services.AddSingleton<IEventStream>(provider => Create(provider, folder));

    /// <summary>Adds the folder that takes events while another stream is away.</summary>
    public static IServiceCollection AddEventSpill(this IServiceCollection services, string folder) =>
        services.AddSingleton(provider => new SpillStream(Create(provider, folder)));

    private static EventLog Create(IServiceProvider provider, string folder) => new(folder, provider.GetRequiredService<IOptions<AnalyticsOptions>>().Value.SpillBytes);
}
