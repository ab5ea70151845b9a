namespace PixelCraft.Cluster;

/// <summary>The source tree that this code was built from.</summary>
public static class Repository
{
    /// <summary>The folder with <c>PixelCraft.slnx</c> above this program.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none: the program was moved out of the source tree.</exception>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PixelCraft.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"There is no PixelCraft.slnx above {AppContext.BaseDirectory}.");
    }
}
