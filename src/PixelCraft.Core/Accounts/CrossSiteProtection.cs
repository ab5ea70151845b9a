using Microsoft.AspNetCore.Http;
using PixelCraft.Accounts.Tokens;
using PixelCraft.Http;

namespace PixelCraft.Accounts;

/// <summary>
/// Refuses requests to the API that change something, and WebSockets, that a page of another site sent with the member's cookie:
/// by Fetch Metadata (https://www.w3.org/TR/fetch-metadata/), else by Origin (RFC 6454). A request with neither header
/// comes from a program, which has no cookie unless it was given one. Forms of pages have the framework's antiforgery tokens.
/// </summary>
internal sealed class CrossSiteProtection(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) => IsRefused(http.Request) ? Problems.CrossSite.Result().ExecuteAsync(http) : next(http);

    private static bool IsRefused(HttpRequest request)
    {
        if (!IsProtected(request)) return false;
        // A page of another site can't send a bearer token without this site's consent (CORS), and has none.
        if (TokenHandler.HasBearer(request)) return false;

        var sites = request.Headers["Sec-Fetch-Site"];
        if (sites.Count > 0) return sites is not ["same-origin" or "none"];
        var origins = request.Headers.Origin;
        if (origins.Count == 0) return false;
        // Compared without the scheme: behind a load balancer that ends TLS the server may see http.
        return !(origins is [{ } origin] && Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Authority.Equals(HostOf(request, uri), StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsProtected(HttpRequest request)
    {
        // A WebSocket begins as a GET, over HTTP/2 as a CONNECT, and says anything afterwards.
        if (request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method)) return true;
        return request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
    }

    /// <summary>The request's host as <see cref="Uri.Authority"/> writes it: without the scheme's usual port.</summary>
    private static string HostOf(HttpRequest request, Uri origin) =>
        Uri.TryCreate($"{origin.Scheme}://{request.Host.Value}", UriKind.Absolute, out var host) ? host.Authority : "";
}
