namespace PixelCraft.Images.Formats;

/// <summary>
/// The program that turns HEIC into PNG: <c>heif-dec</c>, or <c>heif-convert</c> as it was called before libheif 1.17. The
/// format is encumbered by patents, so that PixelCraft brings no decoder along; Debian's <c>libheif-examples</c> has one.
/// </summary>
public static class HeicConverter
{
    /// <summary>What to tell who sends such a file where the program is missing.</summary>
    public const string HowToGetIt = "HEIC files are read only where the Debian package libheif-examples is installed on the workers; or convert the file to JPEG.";

    private static readonly Lazy<string?> Found = new(() => Find(Environment.GetEnvironmentVariable("PATH") ?? ""));

    /// <summary>The path of the program; null where it isn't installed. Looked for once.</summary>
    public static string? Path => Found.Value;

    internal static string? Find(string path) => (
        from name in (string[])["heif-dec", "heif-convert"]
        from folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries)
        let file = System.IO.Path.Combine(folder, name)
        where File.Exists(file)
        select file).FirstOrDefault();
}
