using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PixelCraft.Storage;

namespace PixelCraft.Adapters.S3;

/// <summary>Registers an S3 bucket as the object store.</summary>
public static class S3Services
{
    /// <summary>Adds <see cref="IObjectStore"/> and <see cref="IDirectUploads"/>, and the same <see cref="S3ObjectStore"/> under its own type for its check.</summary>
    public static IServiceCollection AddS3ObjectStore(this IServiceCollection services, S3Options options) => services
        .AddSingleton(provider => new S3ObjectStore(
            options, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILogger<S3ObjectStore>>()))
        .AddSingleton<IDirectUploads>(_ => new S3DirectUploads(options))
        .AddSingleton<IObjectStore>(provider => provider.GetRequiredService<S3ObjectStore>());
}
