using Microsoft.Extensions.Logging.Abstractions;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.S3;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images.Resumable;

public sealed class FolderUploadPartsTests : UploadPartsContract
{
    private readonly string _root = Directory.CreateTempSubdirectory("pixelcraft-parts-").FullName;

    private protected override int Runs => 40;

    private protected override Task<IObjectStore> CreateAsync() => Task.FromResult<IObjectStore>(new FolderObjectStore(new FolderOptions { Root = _root }));

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return base.DisposeAsync();
    }
}

public sealed class S3UploadPartsTests(Servers servers) : UploadPartsContract
{
    private S3ObjectStore? _store;

    private protected override int Runs => 5;

    private protected override async Task<IObjectStore> CreateAsync()
    {
        var server = await servers.S3Async();
        var bucket = await server.CreateBucketAsync(TestContext.Current.CancellationToken);
        var options = new S3Options { Endpoint = server.Endpoint, Bucket = bucket, AccessKey = server.AccessKey, SecretKey = server.SecretKey };
        return _store = new S3ObjectStore(options, TimeProvider.System, NullLogger<S3ObjectStore>.Instance);
    }

    public override ValueTask DisposeAsync()
    {
        _store?.Dispose();
        return base.DisposeAsync();
    }
}
