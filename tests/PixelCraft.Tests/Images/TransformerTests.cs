using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images;

/// <summary>On the real stores, with an engine that ends when the test says so.</summary>
public sealed class TransformerTests : IAsyncLifetime, IImageEngine
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-transformer-").FullName;
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentBag<TransformRequest> _requests = [];
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InProcessCache _cache = new(Options.Create(new InProcessCacheOptions()));
    private FolderObjectStore _store = null!;
    private ServiceProvider _services = null!;
    private ImageRecord _image = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ICatalogue Catalogue => _services.GetRequiredService<ICatalogue>();

    private ITransformIndex Index => _services.GetRequiredService<ITransformIndex>();

    public async ValueTask InitializeAsync()
    {
        _store = new FolderObjectStore(new FolderOptions { Root = Path.Combine(_folder, "objects") });
        _services = PixelCraft.Tests.Adapters.EntityFramework.Catalogue.Create(null, Path.Combine(_folder, "catalogue.db"));
        await _services.GetRequiredService<IModuleDatabase>().MigrateAsync(Ct);
        _image = Image();
        await Catalogue.AddAsync(_image, Ct);
        await _store.PutAsync(ObjectKeys.Original(_image.Id), new MemoryStream([1, 2, 3]), "image/jpeg", Ct);
    }

    [Fact]
    public async Task Get_ByManyAtOnce_MakesOne()
    {
        using var transformer = Transformer(new TransformOptions());
        var asked = Enumerable.Range(0, 50).Select(_ => GetAsync(transformer, 100)).ToList();
        await Eventually.TrueAsync(() => !_requests.IsEmpty);
        _go.SetResult();
        var answers = await Task.WhenAll(asked);

        Assert.Single(_requests);
        Assert.All(answers, answer => Assert.Equal((TransformOutcome.Made, 5), (answer.Outcome, answer.Stored!.Length)));
        Assert.Equal(TransformOutcome.Made, (await GetAsync(transformer, 100)).Outcome);
        Assert.Single(_requests);
        Assert.Equal(["w100.webp"], await Index.ListAsync(_image.Id, Ct));
    }

    [Fact]
    public async Task Get_WhenFull_IsBusyAndLaterNot()
    {
        using var transformer = Transformer(new TransformOptions { Concurrency = 1, Waiting = 2 });
        var accepted = Enumerable.Range(1, 3).Select(width => GetAsync(transformer, width)).ToList();
        await Eventually.TrueAsync(() => _requests.Count == 1);

        Assert.Equal(TransformOutcome.Busy, (await GetAsync(transformer, 4)).Outcome);
        // The same as one that is on its way needs no place.
        var same = GetAsync(transformer, 3);
        _go.SetResult();
        Assert.All(await Task.WhenAll([.. accepted, same]), answer => Assert.Equal(TransformOutcome.Made, answer.Outcome));
        Assert.Equal(TransformOutcome.Made, (await GetAsync(transformer, 4)).Outcome);
    }

    [Fact]
    public async Task Get_BeyondTheTime_IsBusyAndGivesItsPlaceBack()
    {
        using var transformer = Transformer(new TransformOptions { Concurrency = 1, Waiting = 1, TimeLimit = TimeSpan.FromSeconds(30) });
        var running = GetAsync(transformer, 1);
        var waiting = GetAsync(transformer, 2);
        await Eventually.TrueAsync(() => _requests.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(TransformOutcome.Busy, (await running).Outcome);
        Assert.Equal(TransformOutcome.Busy, (await waiting).Outcome);
        _go.SetResult();
        Assert.Equal(TransformOutcome.Made, (await GetAsync(transformer, 1)).Outcome);
        // Nothing was left of the one that was cut off.
        Assert.Equal(["w1.webp"], await Index.ListAsync(_image.Id, Ct));
    }

    [Fact]
    public async Task Get_BySomebodyWhoGoes_IsMadeForTheOthers()
    {
        using var transformer = Transformer(new TransformOptions());
        using var gone = new CancellationTokenSource();
        var first = transformer.GetAsync(_image, new Transform { Width = 1 }, TransformFormat.WebP, gone.Token);
        var second = GetAsync(transformer, 1);
        await Eventually.TrueAsync(() => !_requests.IsEmpty);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _go.SetResult();
        Assert.Equal(TransformOutcome.Made, (await second).Outcome);
        Assert.Single(_requests);
    }

    [Fact]
    public async Task Get_OfMoreThanAreKept_RemovesTheOldest()
    {
        _go.SetResult();
        using var transformer = Transformer(new TransformOptions { KeptPerImage = 2 });
        for (var width = 1; width <= 3; width++)
        {
            await GetAsync(transformer, width);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(["w2.webp", "w3.webp"], await Index.ListAsync(_image.Id, Ct));
        Assert.Null(await _store.FindAsync(ObjectKeys.Transform(_image.Id, "w1.webp"), Ct));
    }

    [Fact]
    public async Task Erase_TakesWhatWasMadeAndWhatIsBeingMade()
    {
        _go.SetResult();
        using (var transformer = Transformer(new TransformOptions())) await GetAsync(transformer, 1);
        var slow = new TransformerTests.Slow();
        using (var transformer = Transformer(new TransformOptions(), slow))
        {
            var making = GetAsync(transformer, 2);
            await slow.Started.Task.WaitAsync(Ct);

            await Eraser().EraseAsync(_image, Ct);
            slow.Go.SetResult();

            Assert.Equal(TransformOutcome.NotFound, (await making).Outcome);
        }
        Assert.Empty(await Index.ListAsync(_image.Id, Ct));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "objects"), "*", SearchOption.AllDirectories));
        Assert.Null(await Catalogue.FindAsync(_image.Id, Ct));
    }

    [Fact]
    public async Task Get_OfAnOriginalThatIsGone_IsNotFound()
    {
        await _store.DeleteAsync(ObjectKeys.Original(_image.Id), Ct);
        using var transformer = Transformer(new TransformOptions());
        Assert.Equal(TransformOutcome.NotFound, (await GetAsync(transformer, 1)).Outcome);
    }

    [Fact]
    public async Task Get_OfAnOriginalInAFolder_HandsOutItsFile()
    {
        _go.SetResult();
        using var transformer = Transformer(new TransformOptions());
        await GetAsync(transformer, 3000);
        Assert.Equal(_store.PathOf(ObjectKeys.Original(_image.Id)), Assert.Single(_requests).SourcePath);
    }

    [Theory]
    [InlineData("image/jpeg", "w500", "original")] // shrunk while it is loaded: 24/3 megapixels against 1600 x 1067 of WebP
    [InlineData("image/png", "w500", "1600")]
    [InlineData("image/png", "w90", "200")]
    [InlineData("image/png", "w101", "400")]
    [InlineData("image/png", "w1500", "original")]
    [InlineData("image/png", "w300.h300.crop", "1600")]
    [InlineData("image/png", "h300.rotate90", "800")]
    [InlineData("image/png", "w4096", "original")]
    [InlineData("image/heic", "w500", "1600")]
    [InlineData("image/heic", "w4096", "2560")] // a server can't read it
    public void Source_ForATransform_IsTheSmallestThatShowsNothing(string contentType, string options, string expected)
    {
        var image = _image with
        {
            ContentType = contentType,
            Width = 2000,
            Height = 1333,
            Variants = [.. new[] { 200, 400, 800, 1600 }.Select(size => new Variant(size, size, size * 2 / 3, 1)), new Variant(2560, 2000, 1333, 1)],
        };
        Assert.True(Transform.TryParse(options, out var transform, out _));
        Assert.Equal(
            expected == "original" ? ObjectKeys.Original(image.Id) : ObjectKeys.Variant(image.Id, int.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), VariantFormat.WebP),
            TransformSource.For(image, transform!).Key);
    }

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    async Task<EngineResult> IImageEngine.TransformAsync(TransformRequest request, CancellationToken cancellationToken)
    {
        _requests.Add(request);
        await _go.Task.WaitAsync(cancellationToken);
        await File.WriteAllBytesAsync(request.OutputPath, [1, 2, 3, 4, 5], cancellationToken);
        return new Transformed(1, 1, 5);
    }

    Task<EngineResult> IImageEngine.RenderAsync(RenderRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Task<TransformAnswer> GetAsync(Transformer transformer, int width) =>
        transformer.GetAsync(_image, new Transform { Width = width }, TransformFormat.WebP, Ct);

    private Transformer Transformer(TransformOptions options, IImageEngine? engine = null) => new(
        Catalogue, Index, _store, engine ?? this, _time, Options.Create(options), Options.Create(new EngineOptions()), new Meters(), NullLogger<Transformer>.Instance);

    private ImageEraser Eraser() => new(new ImageRecords(Catalogue, _services.GetRequiredService<ICatalogueView>(), _services.GetRequiredService<IConfirmation>(), _cache, new InProcessChangeNotices(), new MemberNewsNotices(new InProcessChangeNotices()), TimeProvider.System), Index, _store);

    private ImageRecord Image() => CatalogueContract.NewImage(_ids) with { Visibility = Visibility.Public, Status = ImageStatus.Ready, Width = 6000, Height = 4000 };

    private sealed class Slow : IImageEngine
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<EngineResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken)
        {
            Started.SetResult();
            await Go.Task.WaitAsync(cancellationToken);
            await File.WriteAllBytesAsync(request.OutputPath, [1], cancellationToken);
            return new Transformed(1, 1, 1);
        }

        public Task<EngineResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
