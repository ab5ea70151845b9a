using Microsoft.AspNetCore.Http;
using PixelCraft.Http;

namespace PixelCraft.Accounts;

/// <summary>What somebody gets who may not: people with a browser are led to the sign-in page, programs get problem details.</summary>
internal static class AccessAnswers
{
    public static Task ChallengeAsync(HttpContext http)
    {
        if (!WantsPage(http.Request))
        {
            // RFC 9110, 15.5.2: a 401 names the scheme that would help.
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.SignInNeeded.Result().ExecuteAsync(http);
        }

        var request = http.Request;
        var target = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? ReturnUrl.Local($"{request.PathBase}{request.Path}{request.QueryString}")
            : "/";
        http.Response.Redirect($"{request.PathBase}/sign-in?returnUrl={Uri.EscapeDataString(target)}");
        return Task.CompletedTask;
    }

    public static Task ForbidAsync(HttpContext http)
    {
        if (!WantsPage(http.Request)) return Problems.Forbidden.Result().ExecuteAsync(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
