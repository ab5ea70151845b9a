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

    /// <summary>For programs' answers, which are no pages.</summary>
    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The API reference page brings its own styles and starts by an inline script.</summary>
    private const string ReferencePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Adds the headers to every answer, errors included: when it starts, as the handling of an exception clears what was set before.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        // Decided by the path that was asked for: showing an error changes it for a while.
        var policy = Policy(http);
        http.Response.OnStarting(() => Set(http.Response.Headers, policy));
        return next(http);
    });

    private static Task Set(IHeaderDictionary headers, string policy)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = policy;
        // A page whose address is secret says less.
        headers.TryAdd("Referrer-Policy", "same-origin");
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        return Task.CompletedTask;
    }

    // Routes are found whatever the case of their letters, so the policy must be too.
    private static string Policy(HttpContext http) =>
        Is(http, "/i") || Is(http, "/p") || Is(http, "/t") ? ContentPolicy
        : ApiPaths.IsApi(http) ? ApiPolicy
        : Is(http, "/scalar") ? ReferencePolicy
        : PagePolicy;

    private static bool Is(HttpContext http, string path) => http.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase);
}
