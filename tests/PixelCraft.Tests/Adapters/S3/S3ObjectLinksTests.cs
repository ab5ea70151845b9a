using Microsoft.Extensions.Logging.Abstractions;
using PixelCraft.Adapters.S3;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.S3;

public sealed class S3ObjectLinksTests(Servers servers) : ObjectLinksContract
{
    private S3ObjectStore? _store;

    public override ValueTask DisposeAsync()
    {
        _store?.Dispose();
        return base.DisposeAsync();
    }

    private protected override async Task<IObjectStore> CreateAsync()
    {
        var server = await servers.S3Async();
        var options = new S3Options
        {
            Endpoint = server.Endpoint,
            Bucket = await server.CreateBucketAsync(TestContext.Current.CancellationToken),
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
        };
        return _store = new S3ObjectStore(options, TimeProvider.System, NullLogger<S3ObjectStore>.Instance);
    }
}
