using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images;

/// <summary>What servers that share a catalogue and a cache see of one another's changes.</summary>
public sealed class ImageRecordsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-records-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly InProcessCache _cache = new(Options.Create(new InProcessCacheOptions()));
    private readonly InProcessChangeNotices _notices = new();
    private ServiceProvider _services = null!;
    private ImageRecord _image = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ICatalogue Catalogue => _services.GetRequiredService<ICatalogue>();

    private ICatalogueView View => _services.GetRequiredService<ICatalogueView>();

    public async ValueTask InitializeAsync()
    {
        _services = PixelCraft.Tests.Adapters.EntityFramework.Catalogue.Create(null, Path.Combine(_folder, "catalogue.db"));
        await _services.GetRequiredService<IModuleDatabase>().MigrateAsync(Ct);
        _image = CatalogueContract.NewImage(new IdGenerator(_time)) with { Visibility = Visibility.Public, Status = ImageStatus.Ready };
        await Catalogue.AddAsync(_image, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Change_OnAnotherServer_IsSeenAtOnce()
    {
        using var one = Server(_notices);
        using var other = Server(_notices);
        Assert.Equal(Visibility.Public, (await one.FindAsync(_image.Id, Ct))!.Visibility);

        await HideAsync(other);

        Assert.Equal(Visibility.Private, (await one.FindAsync(_image.Id, Ct))!.Visibility);
    }

    [Fact]
    public async Task Change_OnAnotherServerWhoseNoticeIsLost_IsSeenWithinASecond()
    {
        using var one = Server(_notices);
        using var other = Server(new InProcessChangeNotices());
        Assert.NotNull(await one.FindAsync(_image.Id, Ct));
        await HideAsync(other);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Visibility.Private, (await one.FindAsync(_image.Id, Ct))!.Visibility);
    }

    [Fact]
    public async Task Remove_OnAnotherServer_IsSeenAtOnce()
    {
        using var one = Server(_notices);
        using var other = Server(_notices);
        Assert.NotNull(await one.FindAsync(_image.Id, Ct));

        Assert.True(await other.RemoveAsync(_image.Id, null, Ct));

        Assert.Null(await one.FindAsync(_image.Id, Ct));
    }

    [Fact]
    public async Task Find_AgainWithinASecond_AsksNeitherCacheNorCatalogue()
    {
        using var server = Server(_notices);
        await server.FindAsync(_image.Id, Ct);
        // Behind its back, as nobody should: so that it shows where the second answer comes from.
        await _cache.RemoveAsync($"image:{_image.Id}", Ct);
        await Catalogue.RemoveAsync(_image.Id, null, Ct);

        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.NotNull(await server.FindAsync(_image.Id, Ct));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(await server.FindAsync(_image.Id, Ct));
    }

    [Fact]
    public async Task Change_OrRemoval_IsNotUndoneByAReaderWhoseViewIsBehind()
    {
        using var writer = Server(_notices);
        using var reader = new ImageRecords(Catalogue, new Behind(_image), _services.GetRequiredService<IConfirmation>(), _cache, _notices, new MemberNewsNotices(_notices), _time);

        await HideAsync(writer);
        Assert.Equal(Visibility.Private, (await reader.FindAsync(_image.Id, Ct))!.Visibility);
        await writer.RemoveAsync(_image.Id, null, Ct);
        Assert.Null(await reader.FindAsync(_image.Id, Ct));
        Assert.Null(await writer.FindAsync(_image.Id, Ct));
    }

    [Fact]
    public async Task Change_ThatIsFoundDone_IsConfirmed_AndSeenAtOnce()
    {
        using var writer = Server(_notices);
        using var reader = Server(_notices);
        Assert.Equal(Visibility.Public, (await reader.FindAsync(_image.Id, Ct))!.Visibility);
        // An attempt that was committed, and whose server could not say so.
        await Catalogue.UpdateAsync(_image with { Visibility = Visibility.Private }, Ct);

        using (var cutOff = Server(_notices, new Unconfirmed())) await Assert.ThrowsAsync<UnavailableException>(() => HideAsync(cutOff));
        Assert.Equal(ChangeOutcome.Done, (await HideAsync(writer)).Outcome);

        Assert.Equal(Visibility.Private, (await reader.FindAsync(_image.Id, Ct))!.Visibility);
        Assert.Equal(2, (await Catalogue.FindAsync(_image.Id, Ct))!.Version);
    }

    private ImageRecords Server(IChangeNotices notices) => Server(notices, _services.GetRequiredService<IConfirmation>());

    private ImageRecords Server(IChangeNotices notices, IConfirmation confirmation) => new(Catalogue, View, confirmation, _cache, notices, new MemberNewsNotices(notices), _time);

    private Task<ChangeResult> HideAsync(ImageRecords server) =>
        server.ChangeAsync(_image.Id, image => image with { Visibility = Visibility.Private }, null, Ct);

    /// <summary>No standby answers.</summary>
    private sealed class Unconfirmed : IConfirmation
    {
        public Task ConfirmAsync(Id id, CancellationToken cancellationToken) => throw new UnavailableException("catalogue database");
    }

    /// <summary>A replica that has replayed nothing since.</summary>
    private sealed class Behind(ImageRecord image) : ICatalogueView
    {
        public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) => Task.FromResult<ImageRecord?>(image);

        public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ImageRecord>>([image]);

        public Task<FoundImages> SearchAsync(ImageQuery query, SearchTerms terms, CancellationToken cancellationToken) => Task.FromResult(new FoundImages([image], null));
    }
}
