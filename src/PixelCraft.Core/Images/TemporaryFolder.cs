using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>A new folder for files that live as long as this object.</summary>
internal sealed class TemporaryFolder(string prefix) : IDisposable
{
    public string Path { get; } = TemporaryFolders.Create(prefix);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
