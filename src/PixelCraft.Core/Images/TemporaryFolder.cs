namespace PixelCraft.Images;

/// <summary>A new folder for files that live as long as this object.</summary>
internal sealed class TemporaryFolder(string prefix) : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory($"pixelcraft-{prefix}-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
