using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace PixelCraft.Http;

/// <summary>Bodies that are longer than their endpoint takes.</summary>
public static class SizeLimits
{
    /// <summary>
    /// Refuses them by their length before they are read, so that the server takes in the rest for a few seconds. Once it has refused to read a
    /// body, it closes the connection under who still sends, and a load balancer then says 502 in the place of the answer.
    /// </summary>
    public static IApplicationBuilder UseSizeLimits(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize is not { } most
            || !(http.Request.ContentLength > most)
            || http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit) return next(http);
        limit.MaxRequestBodySize = null;
        return Problems.BodyTooLarge.Result().ExecuteAsync(http);
    });
}
