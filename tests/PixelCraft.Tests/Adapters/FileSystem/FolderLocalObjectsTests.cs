using PixelCraft.Adapters.FileSystem;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.FileSystem;

public sealed class FolderLocalObjectsTests : LocalObjectsContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pixelcraft-objects-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private protected override ILocalObjects Create() => new FolderObjectStore(new FolderOptions { Root = _root });
}
