using Microsoft.Extensions.Logging.Abstractions;
using PixelCraft.Adapters.S3;
using PixelCraft.Cluster;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.S3;

public sealed class S3DirectUploadsTests(Servers servers) : DirectUploadsContract, IDisposable
{
    private readonly List<IDisposable> _clients = [];
    private S3Options? _options;

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }

    [Fact]
    public async Task PartUrl_WithAPublicEndpoint_LeadsThere()
    {
        await CreateAsync();
        var options = Options(_options!.Endpoint);
        options.PublicEndpoint = "https://files.example.org";
        using var direct = new S3DirectUploads(options);
        var url = direct.PartUrl("a", "u", 1, 10, DateTimeOffset.UtcNow.AddHours(1));
        Assert.StartsWith($"https://files.example.org/{options.Bucket}/a?", url.AbsoluteUri, StringComparison.Ordinal);
    }

    private protected override async Task<(IDirectUploads Direct, IObjectStore Store)> CreateAsync()
    {
        var server = await servers.S3Async();
        _options = new S3Options { Endpoint = server.Endpoint, Bucket = await server.CreateBucketAsync(Cancellation), AccessKey = server.AccessKey, SecretKey = server.SecretKey };
        var (direct, store) = (new S3DirectUploads(_options), new S3ObjectStore(_options, TimeProvider.System, NullLogger<S3ObjectStore>.Instance));
        _clients.AddRange([direct, store]);
        return (direct, store);
    }

    private protected override async Task<IDirectUploads> CreateAwayAsync()
    {
        await CreateAsync();
        var direct = new S3DirectUploads(Options($"http://127.0.0.1:{Ports.Free()}"));
        _clients.Add(direct);
        return direct;
    }

    private protected override async Task<int> LeftoversAsync() => (await Bucket.UploadsAsync(_options!)).Count;

    private S3Options Options(string endpoint) =>
        new() { Endpoint = endpoint, Bucket = _options!.Bucket, AccessKey = _options.AccessKey, SecretKey = _options.SecretKey };
}
