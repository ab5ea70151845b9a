namespace PixelCraft.Http;

/// <summary>An address that is listened on, for people.</summary>
public static class ListenAddress
{
    private static readonly string[] AnyHost = ["//[::]", "//0.0.0.0", "//+", "//*"];

    /// <summary>How somebody on this machine opens it, without a slash at the end: where it means every host, <c>localhost</c>.</summary>
    public static string OnThisMachine(string address)
    {
        foreach (var any in AnyHost) address = address.Replace(any, "//localhost", StringComparison.Ordinal);
        return address.TrimEnd('/');
    }
}
