namespace PixelCraft.Accounts.Contracts;

/// <summary>Where to go after signing in: only to pages of this site, whatever the address says.</summary>
public static class ReturnUrls
{
    /// <summary>The address if it is a path on this site, else "/".</summary>
    public static string Local(string? url) => IsLocal(url) ? url! : "/";

    /// <summary>
    /// Whether the address is a path on this site: it starts with one '/', and not with what browsers also take for a
    /// host's beginning ("//" and "/\"), nor holds control characters, which they drop.
    /// </summary>
    public static bool IsLocal(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
