using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>Registers the image engine in supervised children.</summary>
public static class RenderingServices
{
    /// <summary>Adds <see cref="IImageEngine"/>. Children start at first use.</summary>
    public static IServiceCollection AddRenderProcesses(this IServiceCollection services, ChildCommand command) =>
        services.AddSingleton(command).AddSingleton<IImageEngine, RenderProcesses>();

    /// <summary>Starts a child, for <c>pixelcraft doctor</c>.</summary>
    /// <exception cref="UnavailableException">It does not get ready; the inner exception says why.</exception>
    public static async Task TryChildAsync(ChildCommand command, EngineOptions options, CancellationToken cancellationToken) =>
        await (await ChildProcess.StartAsync(command, options, cancellationToken)).DisposeAsync();
}
