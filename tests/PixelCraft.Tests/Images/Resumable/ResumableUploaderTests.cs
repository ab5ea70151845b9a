using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Resumable;
using PixelCraft.Images.Sweeps;
using PixelCraft.Server.Commands;
using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Images.Resumable;

/// <summary>Resumable uploads on embedded stores, with a clock that the test moves and a quota with room for one file.</summary>
public sealed class ResumableUploaderTests : IAsyncLifetime, IMemberDirectory
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-resumable-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly Id _owner = new IdGenerator(TimeProvider.System).ForMember();
    private readonly byte[] _file = GeneratedImage.Png(1).ToArray();
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ResumableUploader Uploader => _services.GetRequiredService<ResumableUploader>();

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddEmbeddedImages(_folder, _time).AddSingleton<IMemberDirectory>(this).BuildServiceProvider();
        foreach (var database in _services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_AfterItsTime_IsExpiredAndThenGone(bool deferred)
    {
        var upload = await BeginAsync(deferred ? null : _file.Length);
        Assert.Equal(ResumeOutcome.Done, (await AppendAsync(upload, 0, _file[..1_000])).Outcome);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(ResumeOutcome.Expired, (await Uploader.FindAsync(_owner, upload, Cancellation)).Outcome);
        Assert.Equal(ResumeOutcome.Expired, (await AppendAsync(upload, 1_000, _file[1_000..])).Outcome);
        await Assert.ThrowsAsync<UploadRefusedException>(() => BeginAsync(_file.Length));

        Assert.Equal(1, await _services.GetRequiredService<UploadSweep>().RunAsync(Cancellation));
        Assert.Equal(ResumeOutcome.NotFound, (await Uploader.FindAsync(_owner, upload, Cancellation)).Outcome);
        Assert.Empty(await KeysAsync());
        await BeginAsync(_file.Length);
    }

    [Fact]
    public async Task Concatenation_WithRoomForOneCopy_FitsAndLeavesTheImageAlone()
    {
        var parts = new[] { await PartialAsync(_file[..1_000]), await PartialAsync(_file[1_000..]) };
        await Assert.ThrowsAsync<UploadRefusedException>(() => BeginAsync(1));

        var final = await FinalAsync(parts);
        var (outcome, upload) = await Uploader.FindAsync(_owner, final, Cancellation);

        Assert.Equal((ResumeOutcome.Done, final, _file.Length), (outcome, upload!.ImageId, upload.Offset));
        Assert.Equal([ObjectKeys.Original(final)], await KeysAsync());
        Assert.Equal(_file.Length, await _services.GetRequiredService<IQuotaLedger>().UsedAsync(_owner, Cancellation));
        await Assert.ThrowsAsync<UploadRefusedException>(() => BeginAsync(1));
    }

    [Fact]
    public async Task Concatenation_WhosePartIsGoneInBetween_IsRefusedAndGone()
    {
        var parts = new[] { await PartialAsync(_file[..1_000]), await PartialAsync(_file[1_000..]) };
        var final = await FinalAsync(parts);
        await Uploader.TerminateAsync(_owner, parts[1], Cancellation);
        var refused = await Assert.ThrowsAsync<UploadRefusedException>(() => Uploader.FindAsync(_owner, final, Cancellation));
        Assert.Equal("not-a-finished-partial-upload", refused.Problem.Code);
        Assert.Equal(ResumeOutcome.NotFound, (await Uploader.FindAsync(_owner, final, Cancellation)).Outcome);
        Assert.Equal(ResumeOutcome.Done, (await Uploader.FindAsync(_owner, parts[0], Cancellation)).Outcome);
    }

    Task<IReadOnlyDictionary<Id, string>> IMemberDirectory.NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<long?> IMemberDirectory.QuotaAsync(Id member, CancellationToken cancellationToken) => Task.FromResult<long?>(_file.Length);

    private async Task<Id> BeginAsync(long? length, string concatenation = "") =>
        (await Uploader.CreateAsync(_owner, length, UploadMetadata.Parse("", out _)!, Concatenation.Parse(concatenation)!, Cancellation)).Id;

    private Task<ResumeResult> AppendAsync(Id upload, long offset, byte[] bytes) =>
        Uploader.AppendAsync(_owner, upload, new UploadPiece(offset, new MemoryStream(bytes), bytes.Length, null, null), Cancellation);

    private async Task<Id> PartialAsync(byte[] bytes)
    {
        var upload = await BeginAsync(bytes.Length, "partial");
        Assert.Equal(ResumeOutcome.Done, (await AppendAsync(upload, 0, bytes)).Outcome);
        return upload;
    }

    private Task<Id> FinalAsync(IEnumerable<Id> parts) => BeginAsync(null, $"final;{string.Join(' ', parts.Select(part => $"/api/v1/uploads/{part}"))}");

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var found in _services.GetRequiredService<IObjectStore>().ListAsync("", Cancellation)) keys.Add(found.Key);
        return keys;
    }
}
