using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace PixelCraft.Http;

/// <summary>What all HTTP roles share.</summary>
public static class HttpModule
{
    /// <summary>Registers problem details, the handler of exceptions, and how strictly JSON is read.</summary>
    public static IServiceCollection AddHttpConventions(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json =>
        {
            // Null or nothing where a value must be is a fault of the request, not of the handler that stumbles over it.
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        })
        // So that the handler of exceptions says what can't be read, instead of a bare 400.
        .Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true)
        .AddProblemDetails()
        .AddExceptionHandler<FailureHandler>();
}
