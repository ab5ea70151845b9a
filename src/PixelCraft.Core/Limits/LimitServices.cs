using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Http;

namespace PixelCraft.Limits;

/// <summary>Limits on HTTP requests.</summary>
public static class LimitServices
{
    /// <summary>
    /// Sets up the framework's rate limiter middleware; <c>app.UseRateLimiter()</c> then goes after authentication, which
    /// says who the member is. Needs an <see cref="IRateLimiter"/> and <see cref="LimitOptions"/>.
    /// </summary>
    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.AddSingleton<EndpointLimiter>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<EndpointLimiter>((options, limiter) =>
        {
            options.GlobalLimiter = limiter;
            options.OnRejected = async (rejected, _) =>
            {
                if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter))
                    rejected.HttpContext.Response.Headers.RetryAfter = EndpointLimiter.Seconds(retryAfter).ToString(CultureInfo.InvariantCulture);
                // For a page only the status is set, and the status pages do the rest.
                rejected.HttpContext.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                if (ApiPaths.IsApi(rejected.HttpContext)) await Problems.TooMany.Result().ExecuteAsync(rejected.HttpContext);
            };
        });
        return services;
    }

    /// <summary>Puts endpoints under a limit; the one said last, nearest to the endpoint, counts.</summary>
    public static TBuilder RequireRateLimit<TBuilder>(this TBuilder builder, LimitPolicy policy)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new LimitAttribute(policy)));
        return builder;
    }
}
