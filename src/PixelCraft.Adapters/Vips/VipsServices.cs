using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Vips;

/// <summary>Registers libvips as the image engine.</summary>
public static class VipsServices
{
    /// <summary>Adds <see cref="IImageEngine"/>. libvips is loaded and locked down at first use, for the whole process.</summary>
    public static IServiceCollection AddVips(this IServiceCollection services) => services.AddSingleton<IImageEngine, VipsEngine>();
}
