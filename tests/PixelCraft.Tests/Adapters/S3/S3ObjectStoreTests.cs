using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging.Abstractions;
using PixelCraft.Adapters.S3;
using PixelCraft.Cluster;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.S3;

public sealed class S3ObjectStoreTests(Servers servers) : ObjectStoreContract, IAsyncDisposable
{
    private readonly string _spool = Directory.CreateTempSubdirectory("pixelcraft-spool-").FullName;
    private readonly List<IDisposable> _stores = [];
    private S3Server? _own;
    private S3Options? _options;

    [Fact]
    public async Task Check_BucketThere_Passes() => await ((S3ObjectStore)await CreateAsync()).CheckAsync(Ct);

    [Fact]
    public async Task Check_WrongBucketOrKey_SaysWhatToDo()
    {
        await CreateAsync();

        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => Open(Change(o => o.Bucket = "missing")).CheckAsync(Ct));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Open(Change(o => o.SecretKey = "wrong")).CheckAsync(Ct));

        Assert.Contains("no bucket 'missing'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("S3:SecretKey", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_BucketMissing_SayUnavailableAndNotMissing()
    {
        await CreateAsync();
        var store = Open(Change(o => o.Bucket = "missing"));

        await Assert.ThrowsAsync<UnavailableException>(() => store.FindAsync("a", Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => store.OpenAsync("a", null, Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => store.PutAsync("a", new MemoryStream([1]), "image/png", Ct));
    }

    [Fact]
    public async Task Open_StoreDiesWhileReading_SaysUnavailable()
    {
        var store = await CreateOwnAsync();
        await store.PutAsync("a", new GeneratedStream(40_000_000), "image/png", Ct);
        await using var reader = await store.OpenAsync("a", null, Ct);
        var buffer = new byte[1_000];
        await reader!.Content.ReadExactlyAsync(buffer, Ct);

        _own!.Kill();

        await Assert.ThrowsAsync<UnavailableException>(() => reader.Content.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task Put_StoreDiesBetweenParts_SaysUnavailableAndKeepsTheOldObject()
    {
        var store = await CreateOwnAsync();
        await PutAsync(store, "a", 10);

        await Assert.ThrowsAsync<UnavailableException>(
            () => store.PutAsync("a", new GeneratedStream(50_000_000) { At = 20_000_000, Then = _own!.Kill }, "image/png", Ct));

        await _own!.RestartAsync(Ct);
        Assert.Equal(10, (await store.FindAsync("a", Ct))!.Length);
    }

    [Fact]
    public async Task Open_StoreFrozen_EndsWithTheCallersToken()
    {
        var store = await CreateOwnAsync();
        _own!.Pause();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.OpenAsync("a", null, limit.Token));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) store.Dispose();
        if (_own is not null) await _own.DisposeAsync();
        // Nothing has a name in there, whatever the test did.
        Assert.Empty(Directory.GetFileSystemEntries(_spool));
        Directory.Delete(_spool);
    }

    protected override async Task<IObjectStore> CreateAsync() => await CreateAsync(await servers.S3Async());

    protected override async Task<IObjectStore> CreateAwayAsync()
    {
        var store = await CreateOwnAsync();
        await PutAsync(store, "a", 1);
        _own!.Kill();
        return store;
    }

    protected override async Task<int> LeftoversAsync()
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(_options!.AccessKey, _options.SecretKey),
            new AmazonS3Config { ServiceURL = _options.Endpoint, ForcePathStyle = true, AuthenticationRegion = _options.Region });
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _options.Bucket }, Ct);
        return uploads.MultipartUploads?.Count ?? 0;
    }

    private async Task<S3ObjectStore> CreateOwnAsync()
    {
        _own = await Servers.SkipIfMissingAsync(() => S3Server.StartAsync(Ct));
        return await CreateAsync(_own);
    }

    private async Task<S3ObjectStore> CreateAsync(S3Server server)
    {
        _options = new S3Options
        {
            Endpoint = server.Endpoint,
            Bucket = await server.CreateBucketAsync(Ct),
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
            SpoolFolder = _spool,
        };
        return Open(_options);
    }

    private S3Options Change(Action<S3Options> change)
    {
        var options = new S3Options
        {
            Endpoint = _options!.Endpoint,
            Bucket = _options.Bucket,
            AccessKey = _options.AccessKey,
            SecretKey = _options.SecretKey,
        };
        change(options);
        return options;
    }

    private S3ObjectStore Open(S3Options options)
    {
        var store = new S3ObjectStore(options, TimeProvider.System, NullLogger<S3ObjectStore>.Instance);
        _stores.Add(store);
        return store;
    }
}

public sealed class S3ObjectStoreMemoryTests(Servers servers) : ObjectStoreMemoryContract, IDisposable
{
    private S3ObjectStore? _store;

    public void Dispose() => _store?.Dispose();

    protected override async Task<IObjectStore> CreateAsync()
    {
        var server = await servers.S3Async();
        var bucket = await server.CreateBucketAsync(TestContext.Current.CancellationToken);
        var options = new S3Options { Endpoint = server.Endpoint, Bucket = bucket, AccessKey = server.AccessKey, SecretKey = server.SecretKey };
        return _store = new S3ObjectStore(options, TimeProvider.System, NullLogger<S3ObjectStore>.Instance);
    }
}
