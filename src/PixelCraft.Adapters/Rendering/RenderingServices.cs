using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>Registers the image engine in supervised children.</summary>
public static class RenderingServices
{
    /// <summary>Adds <see cref="IImageEngine"/>. Children start at first use.</summary>
    public static IServiceCollection AddRenderProcesses(this IServiceCollection services, ChildCommand command) =>
        services.AddSingleton(command).AddSingleton<IImageEngine, RenderProcesses>();
}
