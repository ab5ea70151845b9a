using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PixelCraft.Consistency;

namespace PixelCraft.Http;

/// <summary>
/// Lets a client's <see cref="ReadPosition"/> travel: browsers keep it in a cookie, programs send back the header that they got. Every
/// answer to a request that wrote something has both.
/// </summary>
public static class ReadPositions
{
    /// <summary>Of answers, and of the requests of programs that shall see what they have written.</summary>
    public const string HeaderName = "PixelCraft-Position";

    /// <summary>The same for browsers.</summary>
    public const string CookieName = "pixelcraft-position";

    // Copies of a store that are behind for longer are not read from at all.
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Takes the position from requests, and puts it on answers when it has advanced.</summary>
    public static IApplicationBuilder UseReadPositions(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var brought = ReadPosition.TryParse(Text(http.Request), out var position);
        if (!brought && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))) return next(http);
        return FollowAsync(http, position ?? new ReadPosition(), next);
    });

    private static async Task FollowAsync(HttpContext http, ReadPosition position, RequestDelegate next)
    {
        ReadPosition.Current = position;
        http.Response.OnStarting(() =>
        {
            if (position.HasAdvanced) Write(http, position.ToString());
            return Task.CompletedTask;
        });
        await next(http);
    }

    private static string? Text(HttpRequest request) => request.Headers[HeaderName] is [{ } header] ? header : request.Cookies[CookieName];

    private static void Write(HttpContext http, string position)
    {
        http.Response.Headers[HeaderName] = position;
        http.Response.Cookies.Append(CookieName, position, new CookieOptions
        {
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            IsEssential = true,
            MaxAge = CookieLifetime,
        });
    }
}
