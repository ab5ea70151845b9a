using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.S3;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Direct;
using PixelCraft.Images.Resumable;
using PixelCraft.Images.Sweeps;
using PixelCraft.Server.Commands;
using PixelCraft.Storage;
using PixelCraft.Tests.Adapters.S3;
using Xunit;

namespace PixelCraft.Tests.Images.Direct;

/// <summary>Uploads directly to a real S3 store, with a clock that the test moves, and with servers that die in between.</summary>
public sealed class DirectUploaderTests(Servers servers) : IAsyncLifetime, IMemberDirectory
{
    private const long Quota = 1_000_000;
    private static readonly HttpClient Http = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-direct-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly Id _owner = new IdGenerator(TimeProvider.System).ForMember();
    private readonly byte[] _file = GeneratedImage.Png(1).ToArray();
    private S3Options _options = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DirectUploader Uploader => _services.GetRequiredService<DirectUploader>();

    public async ValueTask InitializeAsync()
    {
        var server = await servers.S3Async();
        _options = new S3Options { Endpoint = server.Endpoint, Bucket = await server.CreateBucketAsync(Cancellation), AccessKey = server.AccessKey, SecretKey = server.SecretKey };
        _services = new ServiceCollection().AddEmbeddedImages(_folder, _time).AddS3ObjectStore(_options).AddSingleton<IMemberDirectory>(this).BuildServiceProvider();
        foreach (var database in _services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Upload_AfterItsTime_IsGoneWithItsPartsAndItsRoom()
    {
        var (upload, etags) = await PutAsync(Quota / 2 + 1);
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await Sweep().RunAsync(Cancellation));
        Assert.Single(await Bucket.UploadsAsync(_options));
        await Assert.ThrowsAsync<UploadRefusedException>(() => BeginAsync(Quota / 2));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ResumeOutcome.Expired, (await Uploader.CompleteAsync(_owner, upload, etags, Cancellation)).Outcome);
        Assert.Equal(1, await Sweep().RunAsync(Cancellation));

        Assert.Empty(await Bucket.UploadsAsync(_options));
        Assert.Empty(await Bucket.KeysAsync(_options, ""));
        Assert.Equal(ResumeOutcome.NotFound, (await Uploader.CompleteAsync(_owner, upload, etags, Cancellation)).Outcome);
        await BeginAsync(Quota);
    }

    [Fact]
    public async Task Complete_AfterAServerDiedWithTheObjectMade_TakesItIn()
    {
        var (upload, etags) = await PutAsync(_file.Length);
        var record = (await _services.GetRequiredService<IResumableUploads>().FindAsync(upload, Cancellation))!;
        Assert.Equal(DirectOutcome.Completed, await _services.GetRequiredService<IDirectUploads>().CompleteAsync(ObjectKeys.Original(upload), record.StoreUpload!, etags, Cancellation));

        var (outcome, image) = await Uploader.CompleteAsync(_owner, upload, etags, Cancellation);

        Assert.Equal((ResumeOutcome.Done, upload), (outcome, image!.Id));
        Assert.Equal(_file.Length, await _services.GetRequiredService<IQuotaLedger>().UsedAsync(_owner, Cancellation));
    }

    [Fact]
    public async Task Sweep_OfACompletedUpload_LeavesTheImage()
    {
        var (upload, etags) = await PutAsync(_file.Length);
        await Uploader.CompleteAsync(_owner, upload, etags, Cancellation);
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await Sweep().RunAsync(Cancellation));
        Assert.Equal([ObjectKeys.Original(upload)], await Bucket.KeysAsync(_options, ""));
        Assert.NotNull(await _services.GetRequiredService<ICatalogue>().FindAsync(upload, Cancellation));
        // All but the image's own bytes can be used.
        await BeginAsync(Quota - _file.Length);
        await Assert.ThrowsAsync<UploadRefusedException>(() => BeginAsync(1));
    }

    [Fact]
    public async Task Erase_OfAMember_EndsTheUploads()
    {
        await PutAsync(1_000);
        await _services.GetServices<IMemberData>().OfType<MemberImages>().Single().EraseAsync(_owner, Cancellation);
        Assert.Empty(await Bucket.UploadsAsync(_options));
        await BeginAsync(Quota);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(DirectUploader.LeastPartBytes, 1)]
    [InlineData(DirectUploader.LeastPartBytes + 1, 2)]
    [InlineData(199_999_999, 24)]
    public void Parts_OfAnyLength_AddUpToIt(long bytes, int count)
    {
        var parts = DirectUploader.Parts(bytes);
        Assert.Equal((count, bytes), (parts.Count, parts.Sum()));
        Assert.All(parts.SkipLast(1), part => Assert.InRange(part, DirectUploader.LeastPartBytes, bytes));
    }

    [Fact]
    public void Parts_OfALargeFile_AreAHundredAtMost() => Assert.Equal(100, DirectUploader.Parts(100_000_000_000).Count);

    Task<IReadOnlyDictionary<Id, string>> IMemberDirectory.NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<long?> IMemberDirectory.QuotaAsync(Id member, CancellationToken cancellationToken) => Task.FromResult<long?>(Quota);

    private UploadSweep Sweep() => _services.GetRequiredService<UploadSweep>();

    private Task<DirectUploadView> BeginAsync(long bytes) => Uploader.BeginAsync(_owner, new DirectUploadRequest(bytes, "a.png"), Visibility.Private, Cancellation);

    /// <summary>Begins an upload of the file, or of zeros where it is longer, and puts its one part.</summary>
    private async Task<(Id Upload, string[] Etags)> PutAsync(long bytes)
    {
        var upload = await BeginAsync(bytes);
        using var content = new ByteArrayContent(bytes == _file.Length ? _file : new byte[bytes]);
        using var answer = await Http.PutAsync(Assert.Single(upload.Parts).Url, content, Cancellation);
        answer.EnsureSuccessStatusCode();
        return (upload.Id, [answer.Headers.ETag!.Tag]);
    }
}
