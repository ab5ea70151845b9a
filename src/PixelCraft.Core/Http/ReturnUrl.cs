using System.Diagnostics.CodeAnalysis;

namespace PixelCraft.Http;

/// <summary>Where to go after a form or after signing in. It comes with the request, so it may be anything.</summary>
public static class ReturnUrl
{
    /// <summary>The address if it is a path on this site; <paramref name="otherwise"/> if not.</summary>
    public static string Local(string? url, string otherwise = "/") => IsLocal(url) ? url : otherwise;

    /// <summary>
    /// Whether the address is a path on this site: it starts with one '/', and not with what browsers also take for a
    /// host's beginning ("//" and "/\"), nor holds control characters, which they drop.
    /// </summary>
    public static bool IsLocal([NotNullWhen(true)] string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
