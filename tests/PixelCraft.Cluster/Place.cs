namespace PixelCraft.Cluster;

/// <summary>Where a server runs, and for how long.</summary>
/// <param name="Folder">What it keeps, and its log.</param>
/// <param name="Address">The IPv4 address that it listens on.</param>
/// <param name="Namespace">Its network namespace; null for the one of this process.</param>
/// <param name="Lasting">Whether it goes on when this process ends.</param>
internal sealed record Place(string Folder, string Address = "127.0.0.1", string? Namespace = null, bool Lasting = false)
{
    /// <summary>A temporary folder on 127.0.0.1, for a server that ends with this process.</summary>
    public static Place Temporary(string name) => new(TempFolders.Create(name));
}
