using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PixelCraft.Http;

/// <summary>HEAD wherever there is GET (RFC 9110, 9.3.2).</summary>
public static class HeadRequests
{
    /// <summary>
    /// Answers HEAD as GET; the server keeps back the body, since it knows what the client sent. Before routing. Delivery
    /// answers HEAD itself, without reading from the store, and so do resumable uploads, whose HEAD asks for the offset.
    /// </summary>
    public static IApplicationBuilder UseHeadAsGet(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var request = http.Request;
        if (HttpMethods.IsHead(request.Method) && !OwnHead.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))) request.Method = HttpMethods.Get;
        return next(http);
    });

    private static readonly PathString[] OwnHead = ["/i", "/p", "/t", "/api/v1/uploads"];
}
