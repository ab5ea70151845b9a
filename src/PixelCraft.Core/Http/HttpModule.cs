using Microsoft.Extensions.DependencyInjection;

namespace PixelCraft.Http;

/// <summary>What all HTTP roles share.</summary>
public static class HttpModule
{
    /// <summary>Registers problem details and the handler of exceptions.</summary>
    public static IServiceCollection AddHttpConventions(this IServiceCollection services) => services
        .AddProblemDetails()
        .AddExceptionHandler<FailureHandler>();
}
