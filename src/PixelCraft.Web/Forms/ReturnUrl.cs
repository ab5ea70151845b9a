using System.Diagnostics.CodeAnalysis;

namespace PixelCraft.Web.Forms;

/// <summary>Where to go after a form; it comes with the request, so it may be anything.</summary>
internal static class ReturnUrl
{
    /// <summary>The path, if it is one on this site; <paramref name="otherwise"/> if not.</summary>
    public static string Local(string? url, string otherwise = "/") => IsLocal(url) ? url : otherwise;

    // "//host" and "/\host" are other sites to a browser, also with a tab or line feed between, which it leaves out.
    private static bool IsLocal([NotNullWhen(true)] string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
