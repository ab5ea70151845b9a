using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PixelCraft.Http;

/// <summary>The headers that every answer carries.</summary>
public static class SecurityHeaders
{
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>For what people uploaded: if a browser is led to show it as a page, it may do nothing at all.</summary>
    private const string ContentPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

    /// <summary>The API reference page brings its own styles and starts by an inline script.</summary>
    private const string ReferencePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Adds the headers to every answer, errors included.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy(http.Request.Path);
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        return next(http);
    });

    private static string Policy(PathString path) =>
        path.StartsWithSegments("/i", StringComparison.Ordinal) || path.StartsWithSegments("/p", StringComparison.Ordinal)
            || path.StartsWithSegments("/t", StringComparison.Ordinal) ? ContentPolicy
        : path.StartsWithSegments("/scalar", StringComparison.Ordinal) ? ReferencePolicy
        : PagePolicy;
}
