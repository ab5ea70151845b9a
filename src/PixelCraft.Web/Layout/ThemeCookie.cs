using Microsoft.AspNetCore.Http;

namespace PixelCraft.Web.Layout;

/// <summary>
/// Remembers whether somebody wants light or dark. It is a cookie, not script storage, so that the server writes the
/// choice into the page and nothing flashes.
/// </summary>
internal static class ThemeCookie
{
    private const string Name = "theme";

    /// <summary>"light" or "dark"; null leaves it to the system.</summary>
    public static string? Read(HttpContext http) => http.Request.Cookies[Name] is "light" or "dark" ? http.Request.Cookies[Name] : null;

    /// <summary>Remembers the choice for a year; anything but "light" and "dark" forgets it.</summary>
    public static void Write(HttpContext http, string? theme)
    {
        // The script writes it too, so that the page need not be loaded again: hence not HttpOnly.
        var options = new CookieOptions { Path = "/", SameSite = SameSiteMode.Lax, IsEssential = true, Secure = http.Request.IsHttps };
        if (theme is "light" or "dark")
        {
            options.MaxAge = TimeSpan.FromDays(365);
            http.Response.Cookies.Append(Name, theme, options);
        }
        else
        {
            http.Response.Cookies.Delete(Name, options);
        }
    }
}
