using Microsoft.AspNetCore.Builder;

namespace PixelCraft.Images.Resumable;

/// <summary>What tus wants of every request and answer under its path, whoever answers: also of a refused session, a limit, an outage.</summary>
internal static class TusProtocol
{
    public const string Path = "/api/v1/uploads";
    public const string Version = "1.0.0";

    /// <summary>Uploads directly to the object store are there too, and speak no tus.</summary>
    public const string Direct = "/direct";

    /// <summary>Before routing, and before whatever asks for the method.</summary>
    public static IApplicationBuilder Use(IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (!http.Request.Path.StartsWithSegments(Path, out var rest) || rest.StartsWithSegments(Direct)) return next(http);
        // For clients whose network lets only GET and POST through.
        if (http.Request.Headers["X-HTTP-Method-Override"] is [{ Length: > 0 } method]) http.Request.Method = method.ToUpperInvariant();
        http.Response.OnStarting(() =>
        {
            http.Response.Headers["Tus-Resumable"] = Version;
            http.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(http);
    });
}
