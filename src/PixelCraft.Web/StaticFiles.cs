using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PixelCraft.Web;

/// <summary>The files that the client's build makes.</summary>
internal static class StaticFiles
{
    private const string Fonts = "fonts/";

    /// <summary>
    /// The style sheet names fonts with a hash of their content, so a browser may keep them for good. Without this they
    /// would be asked for again on every page, and the text would flicker meanwhile.
    /// </summary>
    public static void KeepFonts(EndpointBuilder endpoint)
    {
        if (endpoint is not RouteEndpointBuilder route || route.RoutePattern.RawText?.TrimStart('/').StartsWith(Fonts, StringComparison.Ordinal) != true)
            return;
        var next = route.RequestDelegate!;
        route.RequestDelegate = context =>
        {
            context.Response.OnStarting(() =>
            {
                if (context.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status304NotModified)
                    context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                return Task.CompletedTask;
            });
            return next(context);
        };
    }

    /// <summary>The URL of the font that nearly every page needs, to be loaded before the style sheet asks for it; null when there is none.</summary>
    public static string? MainFont(ResourceAssetCollection assets)
    {
        foreach (var asset in assets)
        {
            var label = asset.Properties?.FirstOrDefault(property => property.Name == "label")?.Value ?? asset.Url;
            if (label.StartsWith(Fonts + "inter-latin-wght-normal", StringComparison.Ordinal) && label.EndsWith(".woff2", StringComparison.Ordinal))
                return "/" + label;
        }
        return null;
    }
}
